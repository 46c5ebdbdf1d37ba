public import ClawBase
import HTTPTypes

/// What a command printed, and how it ended.
public struct CommandResult: Sendable, Hashable {
    public var outcome: CommandOutcome
    public var standardOutput: [UInt8]
    public var standardError: [UInt8]

    public var output: String { String(decoding: standardOutput, as: UTF8.self) }
    public var errors: String { String(decoding: standardError, as: UTF8.self) }
}

extension KubernetesAPI {
    /// Runs a command in a container, and `body` beside it; leaving `body` ends the command's connection.
    /// <https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/>
    ///
    ///     try await client.exec("web", ["sh"], in: "demo", input: true) { session in
    ///         try await session.write("hostname\n")
    ///         try await session.finishInput()
    ///         while let output = try await session.next() { … }
    ///     }
    /// - Parameters:
    ///   - container: may be left out where the pod has but one, or names its default.
    ///   - input: whether the command gets a standard input at all.
    ///   - terminal: whether it runs in a terminal, and of which size.
    ///   - time: the clock of the heartbeat, which finds connections whose other end is gone.
    /// - Throws: ``KubernetesError`` where the server refused, `TransportError`, and what `body` throws.
    public func exec<Result>(
        _ pod: String, _ command: [String], in namespace: String? = nil, container: String? = nil, input: Bool = false,
        terminal: TerminalSize? = nil, time: some TimeSource = .system,
        _ body: (ContainerSession) async throws -> Result
    ) async throws -> Result {
        var query = streams(container, input: input, hasErrors: terminal == nil, isTerminal: terminal != nil)
        for word in command { query.items.append(("command", word)) }
        return try await session(pod, namespace, "exec", query, terminal, time, body)
    }

    /// Joins the streams of a container's own process. Its output from before is in the log.
    /// - Parameters: as ``exec(_:_:in:container:input:terminal:time:_:)``; `input` and `terminal` where the container
    ///   was declared with `stdin` and `tty`.
    public func attach<Result>(
        _ pod: String, in namespace: String? = nil, container: String? = nil, input: Bool = false,
        terminal: TerminalSize? = nil, time: some TimeSource = .system,
        _ body: (ContainerSession) async throws -> Result
    ) async throws -> Result {
        let query = streams(container, input: input, hasErrors: terminal == nil, isTerminal: terminal != nil)
        return try await session(pod, namespace, "attach", query, terminal, time, body)
    }

    /// Runs a command in a container to its end.
    /// - Parameters:
    ///   - input: what it reads; nil: nothing. Needs Kubernetes 1.30 or later to end.
    ///   - limit: the most bytes kept of each output.
    /// - Throws: as ``exec(_:_:in:container:input:terminal:time:_:)``; ``Finding`` where it printed more than `limit`.
    public func run(
        _ pod: String, _ command: [String], in namespace: String? = nil, container: String? = nil,
        input: [UInt8]? = nil, limit: Int = 16 << 20, time: some TimeSource = .system
    ) async throws -> CommandResult {
        try await exec(pod, command, in: namespace, container: container, input: input != nil, time: time) { session in
            try await withThrowingTaskGroup(of: Void.self) { group in
                if let input {
                    group.addTask {
                        // A command may end without having read its input.
                        try? await session.write(input)
                        try await session.finishInput()
                    }
                }
                var (standardOutput, standardError): ([UInt8], [UInt8]) = ([], [])
                while let output = try await session.next() {
                    switch output {
                    case .standardOutput(let bytes): standardOutput += bytes
                    case .standardError(let bytes): standardError += bytes
                    }
                    guard max(standardOutput.count, standardError.count) <= limit else {
                        throw Finding.bodyTooLarge(limit: limit)
                    }
                }
                let outcome = try await session.end()
                group.cancelAll()
                return CommandResult(outcome: outcome, standardOutput: standardOutput, standardError: standardError)
            }
        }
    }

    private func streams(
        _ container: String?, input: Bool, hasErrors: Bool, isTerminal: Bool
    ) -> QueryParameters {
        var query: QueryParameters = ["stdout": "true"]
        query["container"] = container
        if input { query["stdin"] = "true" }
        if hasErrors { query["stderr"] = "true" }
        if isTerminal { query["tty"] = "true" }
        return query
    }

    private func session<Result>(
        _ pod: String, _ namespace: String?, _ subresource: String, _ query: QueryParameters, _ terminal: TerminalSize?,
        _ time: some TimeSource, _ body: (ContainerSession) async throws -> Result
    ) async throws -> Result {
        let request = try APIRequest.object(.get, Pod.type, pod, in: namespace, subresource: subresource, query: query)
        let socket = try await webSocket(
            for: request, subprotocols: [RemoteCommandProtocol.v5, RemoteCommandProtocol.v4])
        let session = ContainerSession(socket)
        defer { session.abort() }
        return try await withHeartbeat(of: socket, time: time) {
            if let terminal { try await session.resize(terminal) }
            let result = try await body(session)
            await session.close()
            return result
        }
    }
}

/// Runs `body` while pings find out whether the peer is still there; a silent one has its connection ended, which ends
/// whatever waits for it.
func withHeartbeat<Result>(
    of socket: WebSocket, every interval: Duration = .seconds(30), time: some TimeSource,
    _ body: () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            // Two silent intervals in a row: a pong that is a little late must not end anything.
            var silent = 0
            while true {
                try await time.sleep(for: interval)
                silent = socket.wasAlive() ? 0 : silent + 1
                guard silent < 2 else { return socket.abort() }
                try? await socket.ping()
            }
        }
        defer { group.cancelAll() }
        return try await body()
    }
}

extension KubernetesAPI {
    public func webSocket(for request: APIRequest, subprotocols: [String]) async throws -> WebSocket {
        throw Finding(.badRequest, "This Kubernetes API carries no streams: \(request.path) needs one over a transport.")
    }
}
