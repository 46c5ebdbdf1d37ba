import ClawDocuments
import ClawGateway
import Testing

@Suite("Chat requests")
struct ChatRequestTests {
    private static let messages = #""messages":[{"role":"user","content":"hi"}]"#

    @Test(
        "only the model's name is replaced; every other byte stays",
        arguments: [
            (#"{"model":"a",M}"#, #"{"model":"real",M}"#),
            (
                #" {"seed":12345678901234567890, M ,"temperature":1.0,"model" : "a" }  "#,
                #" {"seed":12345678901234567890, M ,"temperature":1.0,"model" : "real" }  "#
            ),
            // Other readers might heed the first of two equal names, or one that is written with escapes.
            (#"{"model":"smuggled",M,"model":"a"}"#, #"{"model":"real",M,"model":"real"}"#),
            (#"{"mod\u0065l":{"x":["]}",1]},M,"model":"a"}"#, #"{"mod\u0065l":"real",M,"model":"real"}"#),
            (
                #"{"model":3,M,"model":"a","x":{"model":"inner"},"y":"\"model\":\"z\""}"#,
                #"{"model":"real",M,"model":"real","x":{"model":"inner"},"y":"\"model\":\"z\""}"#
            ),
        ])
    func splice(_ text: String, _ expected: String) throws {
        let request = try ChatRequest(Array(text.replacing("M", with: Self.messages).utf8))
        #expect(request.model == "a")
        #expect(
            String(decoding: request.bytes(naming: "real"), as: UTF8.self)
                == expected.replacing("M", with: Self.messages))
        #expect(request.bytes(naming: "a") == Array(text.replacing("M", with: Self.messages).utf8))
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ("", nil), ("[]", nil), ("{", nil), ("{}", "model"), (#"{"model":""}"#, "model"),
            (#"{"model":7}"#, "model"),
            (#"{"model":"a"}"#, "messages"), (#"{"model":"a","messages":[]}"#, "messages"),
            (#"{"model":"a","messages":"hi"}"#, "messages"), (#"{"model":"a","messages":["hi"]}"#, "messages[0]"),
            (#"{"model":"a","messages":[{"content":"hi"}]}"#, "messages[0].role"),
            (#"{"model":"a","messages":[{"role":"user","content":"hi"}],"stream":"yes"}"#, "stream"),
        ] as [(String, String?)])
    func wrong(_ text: String, _ place: String?) {
        #expect {
            _ = try ChatRequest(Array(text.utf8))
        } throws: { error in
            guard let error = error as? OpenAIError else { return false }
            return error.document["error"]?["param"]?.string == place && !error.message.isEmpty
        }
    }
}
