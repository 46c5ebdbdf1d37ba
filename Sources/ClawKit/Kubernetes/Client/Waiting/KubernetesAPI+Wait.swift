public import ClawBase
import Synchronization

extension KubernetesAPI {
    /// Watches one object until it is as wanted, and returns it; nil where it is wanted gone.
    /// - Parameters:
    ///   - deadline: how long at most.
    ///   - namespace: needed for namespaced kinds, unless the client has one (``namespaced(_:)``).
    /// - Throws: ``Finding`` with ``FindingCode/deadline`` saying how the object was last seen, or with
    ///   ``FindingCode/waitIsVain`` as soon as the condition cannot come any more; what a ``Watch`` throws.
    @discardableResult
    public func wait<R: Resource>(
        for type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil,
        until condition: ObjectCondition<R>, deadline: Duration, time: some TimeSource = .system
    ) async throws -> R? {
        let subject = "\(kind.kind) \(namespace.map { "\($0)/" } ?? "")\(name)"
        let lastSeen = LastSeen()
        let events = watch(type, of: kind, in: namespace, matching: .named(name), time: time)
        return try await withThrowingTaskGroup(of: R??.self) { group in
            group.addTask {
                for try await event in events {
                    let object: R? =
                        switch event {
                        case .snapshot(let objects): objects.first
                        case .applied(let object): object
                        case .deleted: nil
                        }
                    switch condition.judge(object) {
                    case .met: return .some(object)
                    case .unmet(let why): lastSeen.text = why
                    case .impossible(let why):
                        throw Finding(.waitIsVain, "\(subject) will not become \(condition.name): \(why).")
                    }
                }
                throw CancellationError()
            }
            group.addTask {
                try await time.sleep(for: deadline)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            if let found = first { return found }
            let why = lastSeen.text
            throw Finding(
                .deadline, "\(subject) is not \(condition.name) after \(deadline.inSeconds) s: \(why).",
                details: ["lastSeen": why])
        }
    }
}

/// How an object stood to its condition when it was last heard of.
private final class LastSeen: Sendable {
    private let state = Mutex("nothing was heard from the server")
    var text: String {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

extension FindingCode {
    /// What is waited for cannot come any more.
    public static let waitIsVain = FindingCode(rawValue: "E_WAIT_VAIN")
}
