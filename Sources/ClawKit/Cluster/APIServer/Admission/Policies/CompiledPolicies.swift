import ClawDocuments
import Synchronization

/// Policies compiled once for each of their generations.
final class CompiledPolicies<Policy: Sendable>: Sendable {
    private let compile: @Sendable (JSONObject) -> Policy
    private let policies = Mutex<[String: (generation: Int64, policy: Policy)]>([:])

    init(_ compile: @escaping @Sendable (JSONObject) -> Policy) { self.compile = compile }

    func policy(_ document: JSONObject) -> Policy {
        let uid = document.metadataString(.uid) ?? ""
        let generation = document.metadataValue(.generation)?.integer ?? 0
        if let known = policies.withLock({ $0[uid] }), known.generation == generation { return known.policy }
        let policy = compile(document)
        policies.withLock { table in
            // Policies come and go; what is not asked for again need not be kept.
            if table.count > 1_000 { table.removeAll() }
            table[uid] = (generation, policy)
        }
        return policy
    }
}
