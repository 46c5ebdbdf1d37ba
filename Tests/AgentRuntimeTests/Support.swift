import ClawBase
import ClawDocuments
import FoundationEssentials
import HTTPTypes

@testable import agent_runtime

/// A directory of its own, gone with this value.
final class Scratch: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "runtime-\(UInt64.random(in: 0 ... .max))").path
    var file: String { "\(path)/conversation.jsonl" }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func text() throws -> String { String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self) }
    func write(_ text: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
    }
}

func environment(_ changes: [String: String?] = [:]) -> [String: String] {
    var variables = [
        "PORT": "18789", "STATE_DIR": "/state", "OPENAI_BASE_URL": "http://gateway.test/v1/",
        "OPENAI_API_KEY": "claw_key",
        "MODEL": "echo",
    ]
    for (name, value) in changes { variables[name] = value }
    return variables
}

struct Runtime {
    let scratch = Scratch()
    let lifecycle = RuntimeLifecycle()
    let handler: RuntimeHandler

    init(
        token: String? = nil, phase: RuntimeLifecycle.Phase = .ready, transport: some Transport = ScriptedTransport([])
    ) throws {
        handler = RuntimeHandler(
            settings: try RuntimeSettings(environment(["OPENCLAW_GATEWAY_TOKEN": token])),
            store: try ConversationStore(directory: scratch.path), transport: transport, lifecycle: lifecycle,
            work: AgentWork(time: VirtualTime()), time: VirtualTime())
        lifecycle.advance(to: phase)
    }

    func say(_ message: String) async throws -> [JSON] {
        let body = JSON.object(["message": .string(message)]).bytes()
        let response = await handler.respond(to: Request(.post, "/chat", body: .bytes(body)))
        var events: [JSON] = []
        for try await event in response.body.serverSentEvents() {
            events.append(try JSONParser.parse(Array(event.data.utf8)))
        }
        return events
    }
}

func answer(_ pieces: [String], finish: Bool = true, done: Bool = true) -> Response {
    var text = pieces.map { "data: {\"choices\":[{\"delta\":{\"content\":\"\($0)\"},\"finish_reason\":null}]}\n\n" }
        .joined()
    if finish { text += "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" }
    if done { text += "data: [DONE]\n\n" }
    return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: .string(text))
}
