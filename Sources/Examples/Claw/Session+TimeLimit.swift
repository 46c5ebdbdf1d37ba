import ClawBase
import ExampleSupport

extension Session {
    /// Runs `body`; what the limit ends fails with the way to go on.
    func within<T: Sendable>(
        _ limit: TimeLimit?, of operation: Operation, _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        guard let limit else { return try await body() }
        do {
            return try await time.withDeadline(limit.duration, "The operation", body)
        } catch let finding as Finding where finding.code == .deadline {
            throw Failure(
                .failed, .deadline,
                "the operation \(operation.id) has not ended within \(limit.duration.inSeconds) s and goes on; "
                    + "follow it with 'claw operation watch \(operation.id)'")
        }
    }
}
