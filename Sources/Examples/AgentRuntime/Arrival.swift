import ServiceLifecycle

/// Waits for the runtime's user beside the server, and rests afterwards until the runtime ends.
struct Arrival: Service {
    let wait: @Sendable () async throws -> Void

    init(_ wait: @escaping @Sendable () async throws -> Void) { self.wait = wait }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await wait()
                try await gracefulShutdown()
            } catch is CancellationError {}
        }
    }
}
