import ArgumentParser
import ClawBase

/// How long to wait at most: a number with `ms`, `s`, `m` or `h`; seconds without a unit.
struct TimeLimit: ExpressibleByArgument, Sendable, Equatable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        // A year is more than anybody waits, and far from any overflow.
        guard let number = Int64(digits), (1...31_536_000).contains(number) else { return nil }
        switch argument.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(number)
        case "", "s": duration = .seconds(number)
        case "m": duration = .seconds(number * 60)
        case "h": duration = .seconds(number * 3600)
        default: return nil
        }
    }

    var defaultValueDescription: String { "\(Int64(duration.inSeconds))s" }
}

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
