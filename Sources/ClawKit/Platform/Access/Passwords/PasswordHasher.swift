import ClawBase
import ClawKubernetes
import Dispatch
import Synchronization

/// Hashes passwords: a few at a time, on threads of their own, so that those who sign in neither fill the memory nor
/// stop everybody else's requests.
final class PasswordHasher: Sendable {
    let cost: PasswordCost
    private let queues: [DispatchQueue]
    private let limit: Int
    private let state = Mutex((waiting: 0, next: 0))

    /// - Parameters:
    ///   - width: so many are hashed at once; each takes as much memory as the cost says.
    ///   - limit: so many may be hashed and wait.
    init(cost: PasswordCost, width: Int = 2, limit: Int = 64) {
        (self.cost, self.limit) = (cost, max(1, limit))
        queues = (0..<max(1, width)).map { DispatchQueue(label: "clawkit.passwords.\($0)") }
    }

    /// - Throws: ``Finding`` (`E_BUSY`).
    func hash(_ password: Secret<String>) async throws -> PasswordHash {
        let cost = cost
        return try await run { () throws(Finding) in try PasswordHash(of: password, cost: cost) }
    }

    /// - Parameter hash: nil where there is none; that takes as long, and is never right.
    /// - Throws: ``Finding`` (`E_BUSY`).
    func isRight(_ password: Secret<String>, for hash: PasswordHash?) async throws -> Bool {
        let compared = hash ?? .decoy(cost: cost)
        return try await run { () throws(Finding) in try compared.isHash(of: password) } && hash != nil
    }

    private func run<R: Sendable>(_ body: @escaping @Sendable () throws(Finding) -> R) async throws -> R {
        let queue = state.withLock { state -> DispatchQueue? in
            guard state.waiting < limit else { return nil }
            state.waiting += 1
            state.next = (state.next + 1) % queues.count
            return queues[state.next]
        }
        guard let queue else { throw Finding(.busy, "Too many people sign in at once; try again in a moment.") }
        defer { state.withLock { $0.waiting -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
