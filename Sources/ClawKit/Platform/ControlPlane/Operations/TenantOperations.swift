import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources

/// Operations on whole tenants: suspended, brought back exactly as they were, deleted after a time of grace.
///
/// Each step goes through the tenant's namespaces as they are at that moment, does what is not done yet, and can be
/// undone alone; so an operation can be cancelled between any two of its steps.
final class TenantOperations: Sendable {
    static let kind = "tenant"
    /// How long a step may take; a tenant may have many things.
    private static let deadline = Duration.seconds(600)

    private let engine: OperationEngine
    private let suspend: OperationPlan<NoParameters>
    private let resume: OperationPlan<NoParameters>
    private let delete: OperationPlan<TenantDeletion>
    private let remove: OperationPlan<TenantDeletion>

    init(_ engine: OperationEngine, api: any KubernetesAPI, time: any TimeSource) {
        self.engine = engine
        let work = TenantSuspension(api: api, time: time)
        let deletion = TenantRemoval(api: api, time: time)
        suspend = OperationPlan("suspend", on: Self.kind, preempting: ["resume"]) {
            Self.suspending(work)
        }
        .checked { target, _ in try await deletion.mustExist(target) }
        resume = OperationPlan("resume", on: Self.kind, preempting: ["suspend", "delete"]) {
            Self.resuming(work)
        }
        .checked { target, _ in try await deletion.mustExist(target) }
        delete = OperationPlan("delete", on: Self.kind, preempting: ["suspend", "resume"]) {
            OperationStep("announce") { try await deletion.announce($0.tenant, after: $0.parameters.after) }
                .undone { try await deletion.announce($0.tenant, after: nil) }
            Self.suspending(work)
        }
        .checked { target, _ in try await deletion.mustExist(target) }
        remove = OperationPlan("remove", on: Self.kind) {
            OperationStep("look again") { try await deletion.mustBeDue($0.tenant, $0.parameters) }
            OperationStep("delete projects", deadline: Self.deadline) {
                try await deletion.deleteProjects(of: $0.tenant, $0.parameters)
            }
            OperationStep("delete tenant") { try await deletion.deleteTenant($0.tenant, $0.parameters) }
        }
        engine.add(suspend)
        engine.add(resume)
        engine.add(delete)
        engine.add(remove)
    }

    func suspend(_ tenant: String, by actor: String, key: String?) async throws -> Operation {
        try await engine.submit(suspend, to: Self.target(tenant), NoParameters(), by: actor, idempotencyKey: key)
    }

    func resume(_ tenant: String, by actor: String, key: String?) async throws -> Operation {
        try await engine.submit(resume, to: Self.target(tenant), NoParameters(), by: actor, idempotencyKey: key)
    }

    func delete(_ tenant: Tenant, after: Timestamp, by actor: String, key: String?) async throws -> Operation {
        let parameters = TenantDeletion(uid: tenant.uid ?? "", after: after)
        return try await engine.submit(delete, to: Self.target(tenant.name), parameters, by: actor, idempotencyKey: key)
    }

    /// Once the time of grace is over.
    func remove(_ tenant: Tenant, after: Timestamp) async throws -> Operation {
        let parameters = TenantDeletion(uid: tenant.uid ?? "", after: after)
        return try await engine.submit(
            remove, to: Self.target(tenant.name), parameters, by: "system",
            idempotencyKey: "remove-\(parameters.uid)-\(after.rfc3339())")
    }

    static func target(_ tenant: String) -> String { "\(kind)/\(tenant)" }

    // MARK: steps

    private static func suspending<P>(_ work: TenantSuspension) -> [OperationStep<P>] {
        let close = OperationStep<P>("close") { try await work.setSuspended(true, $0.tenant) }
            .undone { try await work.setSuspended(false, $0.tenant) }
        let seal = eachNamespace("seal", work, { try await work.setSealed(true, $0) }) {
            try await work.setSealed(false, $0)
        } as OperationStep<P>
        let kinds = SuspendableKind.all.map { kind in
            eachNamespace("suspend \(kind.name)", work, { try await work.suspend(kind, in: $0) }) {
                try await work.restore(kind, in: $0)
            } as OperationStep<P>
        }
        let pods = BarePods(api: work.api)
        let bare = eachNamespace("end pods", work, { try await pods.suspend(in: $0) }) {
            // What is undone before the seal is would be held back by it.
            try await work.setSealed(false, $0)
            try await pods.restore(in: $0)
        } as OperationStep<P>
        let rest = OperationStep<P>("come to rest", attempts: 1, deadline: deadline, isInterruptible: true) { context in
            try await waitForRest(work, context)
        }
        return [close, seal] + kinds + [bare, rest]
    }

    private static func resuming(_ work: TenantSuspension) -> [OperationStep<NoParameters>] {
        let pods = BarePods(api: work.api)
        let open = OperationStep<NoParameters>("open") {
            try await work.setSuspended(false, $0.tenant)
            try await TenantRemoval(api: work.api, time: work.time).announce($0.tenant, after: nil)
        }
        .undone { try await work.setSuspended(true, $0.tenant) }
        let unseal = eachNamespace("unseal", work, { try await work.setSealed(false, $0) }) {
            try await work.setSealed(true, $0)
        } as OperationStep<NoParameters>
        let kinds = SuspendableKind.all.reversed().map { kind in
            eachNamespace("restore \(kind.name)", work, { try await work.restore(kind, in: $0) }) {
                try await work.suspend(kind, in: $0)
            } as OperationStep<NoParameters>
        }
        let bare = eachNamespace("restore pods", work, { try await pods.restore(in: $0) }) {
            try await pods.suspend(in: $0)
        } as OperationStep<NoParameters>
        return [open, unseal, bare] + kinds
    }

    private static func eachNamespace<P>(
        _ name: String, _ work: TenantSuspension, _ body: @escaping @Sendable (String) async throws -> Void,
        undo: @escaping @Sendable (String) async throws -> Void
    ) -> OperationStep<P> {
        OperationStep(name, deadline: deadline) { context in
            let namespaces = try await work.namespaces(of: context.tenant)
            for (index, namespace) in namespaces.enumerated() {
                await context.report(namespace, progress: Double(index) / Double(namespaces.count))
                try await body(namespace)
            }
        }
        .undone(deadline: deadline) { context in
            for namespace in try await work.namespaces(of: context.tenant) { try await undo(namespace) }
        }
    }

    /// Programs end in their own time.
    private static func waitForRest<P>(_ work: TenantSuspension, _ context: StepContext<P>) async throws {
        for namespace in try await work.namespaces(of: context.tenant) {
            while let one = try await work.running(in: namespace).first {
                await context.report("waiting for \(namespace)/\(one) to end")
                try await context.time.sleep(for: .milliseconds(200))
            }
        }
    }
}

/// What operations that delete need to know.
struct TenantDeletion: Codable, Sendable {
    /// Of all tenants that ever had the name this one.
    let uid: String
    private let afterSeconds: Int64

    init(uid: String, after: Timestamp) { (self.uid, afterSeconds) = (uid, after.seconds) }

    var after: Timestamp { Timestamp(seconds: afterSeconds) }
}

extension StepContext {
    /// The tenant that the operation is on.
    var tenant: String { String(target.dropFirst(TenantOperations.kind.count + 1)) }
}
