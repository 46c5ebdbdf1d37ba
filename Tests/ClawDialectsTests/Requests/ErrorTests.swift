import ClawBase
import ClawDialects
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Errors")
struct ErrorTests {
    @Test(
        "classes by code, type, status and words",
        arguments: [
            (
                UpstreamDialect.openAI, 400,
                #"{"error":{"message":"This model's maximum context length is 8 tokens","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
                ModelError.Kind.contextWindow
            ),
            (
                .openAI, 400,
                #"{"object":"error","message":"This model's maximum context length is 8192 tokens. However","type":"BadRequestError","code":400}"#,
                .contextWindow
            ),
            (
                .openAI, 400,
                #"{"error":{"message":"no","type":"invalid_request_error","code":"content_policy_violation"}}"#,
                .contentPolicy
            ),
            (
                .azureOpenAI, 400, #"{"error":{"message":"filtered","code":"content_filter","status":400}}"#,
                .contentPolicy
            ),
            (
                .openAI, 429,
                #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                .spendLimit
            ),
            (
                .openAI, 429,
                #"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#,
                .rateLimited
            ),
            (
                .openAI, 400,
                #"{"error":{"message":"Budget has been exceeded","type":"budget_exceeded","code":"400"}}"#, .spendLimit
            ),
            (.openAI, 401, "", .authentication), (.openAI, 404, #"{"detail":"Not Found"}"#, .notFound),
            (.openAI, 503, "<html>", .overloaded), (.openAI, 500, "", .server), (.openAI, 502, "", .server),
            (.openAI, 413, "", .tooLarge),
            (.openAI, 422, #"{"detail":[{"loc":["body"],"msg":"x"}]}"#, .invalidRequest),
            (
                .anthropic, 529, #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                .overloaded
            ),
            (
                .anthropic, 429,
                #"{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                .spendLimit
            ),
            (.anthropic, 429, #"{"type":"error","error":{"type":"rate_limit_error","message":"x"}}"#, .rateLimited),
            (
                .anthropic, 400,
                #"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 200001 tokens > 200000 maximum"}}"#,
                .contextWindow
            ),
            (
                .anthropic, 400,
                #"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access"}}"#,
                .spendLimit
            ),
            (.anthropic, 402, #"{"type":"error","error":{"type":"billing_error","message":"x"}}"#, .spendLimit),
            (.anthropic, 413, #"{"type":"error","error":{"type":"request_too_large","message":"x"}}"#, .tooLarge),
            (.bedrock, 429, #"{"__type":"com.amazon.coral#ThrottlingException","message":"x"}"#, .rateLimited),
        ])
    func classes(_ dialect: UpstreamDialect, _ status: Int, _ body: String, _ kind: ModelError.Kind) {
        let error = dialect.decodeError(status: status, body: Array(body.utf8))
        #expect(error.kind == kind, "\(body)")
        #expect(error.isRetryable == [.rateLimited, .overloaded, .server].contains(kind))
    }

    @Test("an answer with status 200 may be an error")
    func errorAsAnswer() {
        for body in [
            #"{"error":{"message":"x","code":"rate_limit_exceeded"}}"#, #"{"object":"error","message":"x","code":429}"#,
            #"{"error":{"message":"x","code":429}}"#,
        ] {
            #expect { try UpstreamDialect.openAI.decodeAnswer(body: Array(body.utf8)) } throws: {
                ($0 as? ModelError)?.kind == .rateLimited
            }
        }
        for body in ["{}", "[]", "hello", #"{"choices":[]}"#, #"{"choices":[{"message":{"content":"x"}}]}"#] {
            #expect { try UpstreamDialect.openAI.decodeAnswer(body: Array(body.utf8)) } throws: {
                [.malformed, .truncated].contains(($0 as? ModelError)?.kind)
            }
        }
        #expect {
            try UpstreamDialect.anthropic.decodeAnswer(
                body: Array(#"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#.utf8))
        } throws: {
            ($0 as? ModelError)?.kind == .overloaded
        }
    }

    @Test(
        "Retry-After in each of its forms",
        arguments: [
            (["retry-after": "2"], Duration.seconds(2)), (["retry-after": "0.25"], .milliseconds(250)),
            (["retry-after": "-3"], .zero),
            (["retry-after-ms": "1500", "retry-after": "9"], .milliseconds(1500)),
            (["retry-after": "99999999999"], .seconds(31_536_000)),
            (["retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"], .seconds(90)),
            (["retry-after": "Thu, 01 Jan 1970 00:00:01 GMT"], .zero),
            (["retry-after": "soon"], nil), (["retry-after": "nan"], nil), (["retry-after": "inf"], nil), ([:], nil),
        ] as [([String: String], Duration?)])
    func retryAfter(_ fields: [String: String], _ expected: Duration?) {
        #expect(RetryAdvice(headers(fields))?.delay(now: Timestamp(seconds: 10)) == expected)
    }

    @Test("clients are told when to come again, and when not to")
    func replies() {
        let limited = ClientDialect.openAIChat.encode(
            ModelError(.rateLimited, "x", retryAfter: .after(.milliseconds(1200))))
        #expect(limited.status.code == 429 && limited.headers[.retryAfter] == "2")
        #expect(limited.headers[HTTPField.Name("retry-after-ms")!] == "1200")
        let spent = ClientDialect.openAIChat.encode(ModelError(.spendLimit, "x"))
        #expect(spent.headers[HTTPField.Name("x-should-retry")!] == "false" && spent.headers[.retryAfter] == nil)
    }

    @Test("a secret in an error's words is gone")
    func redaction() {
        let error = ModelError(.authentication, "key sk-1 is wrong", code: "sk-1").redacting("sk-1")
        #expect(error.message == "key [redacted] is wrong" && error.code == "[redacted]")
    }

    @Test("usage: what includes what")
    func usage() throws {
        let openAI = try #require(
            TokenUsage(
                openAI: json(
                    #"{"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":10},"completion_tokens_details":{"reasoning_tokens":20}}"#
                )))
        #expect(openAI == TokenUsage(input: 30, cacheRead: 60, cacheWrite: 10, output: 50, reasoning: 20))
        let claude = try TokenUsage(
            anthropic: json(
                #"{"input_tokens":30,"cache_read_input_tokens":60,"cache_creation_input_tokens":10,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":6},"output_tokens":50}"#
            ))
        #expect(claude == TokenUsage(input: 30, cacheRead: 60, cacheWrite: 10, longCacheWrite: 6, output: 50))
        #expect(claude.totalInput == openAI.totalInput && claude.total == 150)
        // What an upstream claims cannot overflow or go below nothing.
        let hostile = try #require(
            TokenUsage(
                openAI: json(
                    #"{"prompt_tokens":9223372036854775807,"completion_tokens":-5,"prompt_tokens_details":{"cached_tokens":1e300}}"#
                )))
        #expect(hostile.total > 0 && hostile.output == 0 && hostile.input == 0)
        #expect(try TokenUsage(openAI: json("{}")) == nil)
    }
}
