public import Logging
public import ServiceLifecycle
import UnixSignals
import Foundation

/// A part of a program that runs until the program ends.
public struct Part: Service {
    private let body: @Sendable () async throws -> Void

    /// - Parameter body: is cancelled on graceful shutdown; ending by a cancellation is no error.
    public init(_ body: @escaping @Sendable () async throws -> Void) { self.body = body }

    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown(body)
        } catch is CancellationError {
            // The way parts end.
        }
    }
}

/// Runs the parts of a program until SIGTERM or SIGINT, then ends them in reverse order, each after those that
/// stand on it. A second signal ends the program at once, after `emergency` has run.
public func runUntilSignal(
    _ parts: [any Service], logger: Logger, emergency: @escaping @Sendable () -> Void = {}
) async throws {
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: parts.map { .init(service: $0, successTerminationBehavior: .ignore) }, logger: quiet(logger)))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
            var received = 0
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                received += 1
                if received == 1 {
                    await group.triggerGracefulShutdown()
                } else {
                    emergency()
                    exit(1)
                }
            }
        }
        try await tasks.next()
        tasks.cancelAll()
    }
}

/// Service life cycles are of no interest to those who run a program.
private func quiet(_ logger: Logger) -> Logger {
    var logger = logger
    logger.logLevel = max(logger.logLevel, .warning)
    return logger
}
