import ClawBase
import ClawDialects
import ClawDocuments
import ClawGateway
import HTTPTypes

let key = "claw_test-key-of-a-runtime"

/// A gateway with the echo model and one key that may ask for everything.
func gateway(
    _ routes: [ModelRoute] = [ModelRoute("echo", to: EchoUpstream())],
    grant: ModelGrant = ModelGrant(id: "g1", keyHash: Token.hash(key)), time: any TimeSource = VirtualTime()
) throws -> ModelGateway {
    ModelGateway(router: try ModelRouter(routes), grants: InMemoryGrants([grant]), time: time)
}

func openAI(_ transport: some Transport, key: SecretLocation? = nil, time: some TimeSource = VirtualTime()) -> HTTPUpstream {
    HTTPUpstream(
        "http://up.test:8000/v1/", UpstreamTarget(.openAI, model: "real-model"),
        key: key.map { .key($0, InMemorySecrets([.environment("UP"): Secret("sk-upstream-secret")])) } ?? .none,
        transport: transport, time: time)
}

func chat(_ body: String, key shown: String? = key) -> Request {
    var headers: HTTPFields = [.contentType: "application/json"]
    headers[.authorization] = shown.map { "Bearer \($0)" }
    return Request(.post, "/v1/chat/completions", headers: headers, body: .string(body))
}

func get(_ path: String, key shown: String? = key) -> Request {
    Request(.get, path, headers: shown.map { [.authorization: "Bearer \($0)"] } ?? [:])
}

extension Response {
    func text() async throws -> String { String(decoding: try await body.collect(limit: 1 << 24), as: UTF8.self) }
    func json() async throws -> JSON { try JSONParser.parse(try await body.collect(limit: 1 << 24)) }
    /// The data of the events of a stream.
    func events() async throws -> [String] {
        var data: [String] = []
        for try await event in body.serverSentEvents() { data.append(event.data) }
        return data
    }
}

/// An upstream's event stream in chunks as given, ending as it ends.
func eventStream(_ chunks: [String], failure: TransportError? = nil) -> Response {
    Response(
        status: .ok, headers: [.contentType: "text/event-stream"],
        body: .stream(
            AsyncThrowingStream<[UInt8], any Error> { continuation in
                for chunk in chunks { continuation.yield(Array(chunk.utf8)) }
                continuation.finish(throwing: failure)
            }))
}

func chunk(_ content: String, index: Int = 0) -> String {
    "data: {\"id\":\"1\",\"choices\":[{\"index\":\(index),\"delta\":{\"content\":\"\(content)\"},\"finish_reason\":null}]}\n\n"
}

func finish(index: Int = 0) -> String {
    "data: {\"id\":\"1\",\"choices\":[{\"index\":\(index),\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
}

let done = "data: [DONE]\n\n"
