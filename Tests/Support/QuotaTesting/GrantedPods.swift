package import ClawBase
package import ClawDocuments
package import ClawPlatform

/// What a project really got, as a cluster would have it: the witness beside the quota ledger.
package struct GrantedPods: StoredRecord {
    package static let kind = RecordKind("granted-pods")

    package let project: String
    package var pods: Int64

    package init(project: String, pods: Int64) { (self.project, self.pods) = (project, pods) }

    package var key: String { project }
    package var indexes: [RecordIndex] { [] }

    package var json: JSON { ["project": .string(project), "pods": .integer(pods)] }

    package init(json: JSON) throws(Finding) {
        self.init(project: json["project"]?.string ?? "", pods: json["pods"]?.integer ?? 0)
    }
}

/// Changes projects' quotas of pods as a control plane does: reserve, make the change, commit or release.
package struct QuotaWork: Sendable {
    package static let tenant = "acme"
    package static let cap: Int64 = 100
    private static let projects = 200

    private let store: any PlatformStore
    private let ledger: QuotaLedger

    package init(_ store: any PlatformStore) { (self.store, ledger) = (store, QuotaLedger(store)) }

    /// One change of a random project; what is refused is no fault.
    package func step() async throws {
        let project = "p\(Int.random(in: 0..<Self.projects))"
        let pods = Int64.random(in: 0...20)
        do {
            let reservation = try await ledger.reserve(
                ["pods": Quantity(String(pods)) ?? .zero], for: "project/\(project)", of: Self.tenant)
            if Int.random(in: 0..<5) == 0 { return try await ledger.release(reservation) }
            try await grant(project, pods)
            try await ledger.commit(reservation)
        } catch let finding as Finding where [.tenantQuota, .conflict, .stale].contains(finding.code) {
            // No room, or somebody else is at it.
        }
    }

    private func grant(_ project: String, _ pods: Int64) async throws {
        do {
            if try await store.get(GrantedPods.self, project) == nil {
                try await store.create(GrantedPods(project: project, pods: pods))
            } else {
                try await store.modify(GrantedPods.self, project) { $0.pods = pods }
            }
        } catch let finding as Finding where finding.code == .alreadyExists {
            try await store.modify(GrantedPods.self, project) { $0.pods = pods }
        }
    }

    /// What all projects have, by the witness and by the ledger.
    package func sums() async throws -> (granted: Int64, held: Int64) {
        let granted = try await store.list(GrantedPods.self).reduce(0) { $0 + $1.record.pods }
        let held = try await ledger.standing(of: Self.tenant).used["pods"]?.units ?? 0
        return (granted, Int64(held))
    }
}
