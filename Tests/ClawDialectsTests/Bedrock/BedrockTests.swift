import ClawBase
import ClawDialects
import ClawDocuments
import HTTPTypes
import DialectTesting
import Testing

@Suite("Amazon Bedrock")
struct BedrockTests {
    // 2015-08-30T12:36:00Z, as in Amazon's own examples.
    private let moment = Timestamp(seconds: 1_440_938_160)
    private let secret = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    private func signature(_ headers: HTTPFields) -> String {
        String(headers[.authorization]?.split(separator: "=").last ?? "")
    }

    @Test("requests are signed as in Amazon's published examples")
    func signing() {
        let vanilla = AWSSignature(
            accessKeyID: "AKIDEXAMPLE", secretKey: secret, region: "us-east-1", service: "service")
        let get = vanilla.headers(method: .get, host: "example.amazonaws.com", path: "/", body: [], at: moment)
        #expect(signature(get) == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
        #expect(
            get[.authorization]
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        )
        #expect(get[HTTPField.Name("x-amz-date")!] == "20150830T123600Z")
        let iam = AWSSignature(accessKeyID: "AKIDEXAMPLE", secretKey: secret, region: "us-east-1", service: "iam")
        let list = iam.headers(
            method: .get, host: "iam.amazonaws.com", path: "/?Action=ListUsers&Version=2010-05-08",
            headers: [.contentType: "application/x-www-form-urlencoded; charset=utf-8"], body: [], at: moment)
        #expect(signature(list) == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    }

    @Test("a session's token is signed, too; no key is in what describes itself")
    func session() {
        let signer = AWSSignature(
            accessKeyID: "AKIDEXAMPLE", secretKey: secret, sessionToken: Secret("token"), region: "us-east-1")
        let signed = signer.headers(method: .post, host: "h", path: "/model/a%3A0/converse", body: [1], at: moment)
        #expect(signed[HTTPField.Name("x-amz-security-token")!] == "token")
        #expect(signed[.authorization]?.contains("host;x-amz-date;x-amz-security-token") == true)
        #expect(!"\(signer)".contains("wJalr"))
    }

    private var stream: [UInt8] {
        bedrockEvent("messageStart", ["role": "assistant"])
            + bedrockEvent("contentBlockDelta", ["contentBlockIndex": 0, "delta": ["text": "Hi"]])
            + bedrockEvent("contentBlockStop", ["contentBlockIndex": 0])
            + bedrockEvent("messageStop", ["stopReason": "end_turn"])
    }

    @Test("messages are framed with checksums, cut anywhere")
    func framing() throws {
        let usage = bedrockEvent("metadata", ["usage": ["inputTokens": 3, "outputTokens": 2, "totalTokens": 5]])
        for size in [1, 7, 64, 10_000] {
            let whole = answer(events(.bedrock, bytes: stream + usage, cut: size))
            #expect(whole?.parts == [.text("Hi")] && whole?.usage == TokenUsage(input: 3, output: 2))
        }
        // Whole with its stop, even where the usage got lost; torn without it.
        #expect(answer(events(.bedrock, bytes: stream))?.finish == .stop)
        #expect(failure(events(.bedrock, bytes: Array(stream.dropLast(3))))?.kind == .truncated)
        for position in [0, 5, 9, 20, stream.count / 2, stream.count - 1] {
            var broken = stream
            broken[position] ^= 0x40
            #expect(failure(events(.bedrock, bytes: broken))?.kind == .malformed, "\(position)")
        }
    }

    @Test("an exception in the stream is its error")
    func exception() {
        let throttled = EventStreamMessage(
            headers: [":message-type": "exception", ":exception-type": "throttlingException"],
            payload: Array(#"{"message":"slow"}"#.utf8)
        ).encoded
        #expect(failure(events(.bedrock, bytes: Array(stream.prefix(80))))?.kind == .truncated)
        let told = events(.bedrock, bytes: bedrockEvent("messageStart", ["role": "assistant"]) + throttled)
        #expect(failure(told)?.kind == .rateLimited && failure(told)?.message == "slow")
    }

    @Test("requests and answers")
    func converse() throws {
        let request = try request(
            .openAIChat,
            #"{"model":"m","messages":[{"role":"system","content":"S"},{"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"c.1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"c.1","content":"r"}],"max_tokens":7,"stop":"x","tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required"}"#
        )
        let call = try UpstreamTarget(.bedrock, model: "anthropic.claude:0").call(request)
        #expect(call.path == "/model/anthropic.claude%3A0/converse")
        let body = try json(call.body)
        #expect(body["system"] == [["text": "S"]])
        #expect(body["inferenceConfig"] == ["maxTokens": 7, "stopSequences": ["x"]])
        #expect(body.value(at: ["toolConfig", "toolChoice"]) == ["any": [:]])
        #expect(
            body.value(at: ["messages", "1", "content", "0", "toolUse"]) == [
                "toolUseId": "c_1", "name": "f", "input": ["a": 1],
            ])
        #expect(
            body.value(at: ["messages", "2", "content", "0", "toolResult"])
                == ["toolUseId": "c_1", "content": [["text": "r"]], "status": "success"])
        let answer = try UpstreamDialect.bedrock.decodeAnswer(
            body: Array(
                #"{"output":{"message":{"role":"assistant","content":[{"text":"a"},{"toolUse":{"toolUseId":"t","name":"f","input":{"x":1}}}]}},"stopReason":"tool_use","usage":{"inputTokens":10,"outputTokens":4,"totalTokens":14,"cacheReadInputTokens":3}}"#
                    .utf8))
        #expect(answer.parts == [.text("a"), .toolCall(ToolCall(id: "t", name: "f", arguments: #"{"x":1}"#))])
        #expect(answer.usage == TokenUsage(input: 10, cacheRead: 3, output: 4))
        let denied = UpstreamDialect.bedrock.decodeError(
            status: 403, headers: headers(["x-amzn-errortype": "AccessDeniedException:http://x"]),
            body: Array(#"{"message":"no"}"#.utf8))
        #expect(denied.kind == .permission)
    }
}
