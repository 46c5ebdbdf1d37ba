import ArgumentParser
import ClawBase
import ClawDocuments
import ExampleSupport
import HTTPTypes

struct ChatCommand: ControlPlaneCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Says something to a user's runtime and streams its answer.",
        discussion: "With --output json: one JSON line for each event.")
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var selection: RuntimeSelection
    @Option(help: "How long to wait at most for a runtime that is just waking, like 90s or 5m.")
    var timeout = TimeLimit(.seconds(60))
    @Argument(help: "What to say.") var message: String

    func validate() throws {
        if message.allSatisfy(\.isWhitespace) { throw ValidationError("The message is empty.") }
    }

    func run(in session: Session) async throws {
        let address =
            if let project = selection.project {
                // The access check of the runtime's address decides; nothing has to be looked up.
                RuntimeAddress(project: project, name: selection.runtimeName)
            } else {
                try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).existing().address
            }
        var answer = ChatAnswer(session: session)
        for try await event in try await ask(address, session).serverSentEvents() {
            if try answer.take(event) { return }
        }
        throw Failure.badAnswer("the answer broke off before its end; ask again")
    }

    /// Sends the message, again where the runtime is waking, and returns the stream of the answer.
    private func ask(_ address: RuntimeAddress, _ session: Session) async throws -> Body {
        let path = try Paths.proxy(address, "chat")
        let request = session.controlPlane.request(
            .post, path, ["message": .string(message)], accept: "text/event-stream")
        let deadline = session.time.now + timeout.duration
        while true {
            let response = try await session.controlPlane.send(request)
            // Only with Retry-After does 503 mean that nothing has reached the runtime yet.
            if response.status == .serviceUnavailable, let delay = Self.retryDelay(response),
                session.time.now + delay < deadline
            {
                try await session.time.sleep(for: delay)
                continue
            }
            return try await session.controlPlane.accepted(response, path).body
        }
    }

    private static func retryDelay(_ response: Response) -> Duration? {
        guard let seconds = response.headers[.retryAfter].flatMap({ Int64($0) }), seconds >= 0 else { return nil }
        return .seconds(min(max(seconds, 1), 30))
    }
}

/// Writes the events of an answer as they come.
private struct ChatAnswer {
    let session: Session
    private var endsLine = true

    init(session: Session) { self.session = session }

    /// - Returns: whether that was the last one.
    /// - Throws: ``Failure`` where the event tells of one.
    mutating func take(_ event: ServerSentEvent) throws(Failure) -> Bool {
        guard let json = try? JSONParser.parse(Array(event.data.utf8)) else { return false }
        if let error = json["error"], !error.isNull {
            if session.output == .text, !endsLine { session.console.write("\n") }
            if let finding = Finding(answer: error) { throw Failure(.failed, finding) }
            let message = error.string ?? error["message"]?.string
            throw .badAnswer(message ?? "the runtime failed to answer; ask again")
        }
        let isDone = json["done"]?.bool == true
        switch session.output {
        case .json: session.console.print(json.description)
        case .text:
            if let delta = json["delta"]?.string, let last = delta.last {
                session.console.write(delta)
                endsLine = last.isNewline
            }
            if isDone, !endsLine { session.console.write("\n") }
        }
        return isDone
    }
}
