import ClawDocuments
import ClawSchemas
import Synchronization

/// The compiled schema and rules of each kind, made at its first validation: types cannot hold such things themselves.
final class CompiledChecks: Sendable {
    static let shared = CompiledChecks()

    private let checks = Mutex<[ObjectIdentifier: VersionCheck]>([:])

    func check<R: CustomResource>(of kind: R.Type) -> VersionCheck {
        if let known = checks.withLock({ $0[ObjectIdentifier(kind)] }) { return known }
        let made = VersionCheck(version: .object(VersionDraft(R.self, isServed: true, isStored: true).json))
        return checks.withLock { checks in
            checks[ObjectIdentifier(kind)] = made
            return made
        }
    }
}
