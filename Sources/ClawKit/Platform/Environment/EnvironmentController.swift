import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
import Logging

/// Says of each environment set and each template what is wrong with it.
struct EnvironmentController: Sendable {
    private let caches: SharedCaches
    private let sets: ObjectCache<EnvironmentSet>
    private let templates: ObjectCache<RuntimeTemplate>

    init(caches: SharedCaches) {
        self.caches = caches
        (sets, templates) = (caches.cache(EnvironmentSet.self), caches.cache(RuntimeTemplate.self))
    }

    func controller(logger: Logger) -> Controller {
        let templates = templates
        // A set and a template of one name and namespace are one key: both are looked at.
        return Controller("environments", caches: caches, logger: logger) { key in
            if let set = sets[key], !set.isBeingDeleted { try await report(set) }
            if let template = templates[key], !template.isBeingDeleted { try await report(template) }
            return .settled
        }
        .reconciles(EnvironmentSet.self, when: .changed("spec"))
        .reconciles(RuntimeTemplate.self, when: .changed("spec"))
        .needs(Permission(["update"], EnvironmentSet.type, part: "status"))
        .needs(Permission(["update"], RuntimeTemplate.type, part: "status"))
        .watches(EnvironmentSet.self, when: .changed("spec")) { set in
            // What a wider layer locks, narrower ones may not set.
            self.sets.all.filter { $0.namespace == set.namespace || set.name == EnvironmentBook.platformSet }
                .map { ObjectKey($0) }
                + (set.name == EnvironmentBook.platformSet ? templates.all.map { ObjectKey($0) } : [])
        }
    }

    private func report(_ set: EnvironmentSet) async throws {
        var changed = set
        changed.status.conditions = conditions(set.status, findings(set), set.metadata.generation)
        if changed.status != set.status { try await replace(changed) }
    }

    private func report(_ template: RuntimeTemplate) async throws {
        var changed = template
        changed.status.conditions = conditions(template.status, findings(template), template.metadata.generation)
        if changed.status != template.status { try await replace(changed) }
    }

    private func replace(_ object: some Resource) async throws {
        do {
            _ = try await caches.api.replaceStatus(object)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // The change asks for it again.
        }
    }

    private func findings(_ set: EnvironmentSet) -> [Finding] {
        guard let layer = EnvironmentBook.layer(of: set) else {
            return [
                Finding(
                    .badName,
                    "'platform' is for the namespace \(PlatformSettings.namespace); 'project' and 'user.NAME' are for "
                        + "those of projects. Nobody reads this one.", field: "metadata.name")
            ]
        }
        let own = EnvironmentStatement(set, layer)
        let book = EnvironmentBook(caches)
        let user = set.name.hasPrefix("user.") ? String(set.name.dropFirst(5)) : ""
        let wider = book.statements(project: set.namespace ?? "", user: user).filter { $0.origin.layer < layer }
        return RuntimeEnvironment(wider + [own], reserved: RuntimeCell.reserved).findings
            .filter { $0.field?.hasPrefix(own.origin.object) ?? false }
    }

    private func findings(_ template: RuntimeTemplate) -> [Finding] {
        let blueprint = RuntimeBlueprint(template)
        let wider = EnvironmentBook(caches).statements(project: template.namespace ?? "", user: "")
            .filter { $0.origin.layer < .template }
        let statements = wider + [blueprint.statement].compactMap(\.self)
        let reserved = RuntimeCell.reserved.union(blueprint.spec.program.reserved)
        return blueprint.spec.program.findings(blueprint.spec) + blueprint.rangeFindings + blueprint.hoursFindings
            + RuntimeEnvironment(statements, reserved: reserved).findings
            .filter { $0.field?.hasPrefix("RuntimeTemplate") ?? false }
    }

    private func conditions(
        _ old: ConditionedStatus, _ findings: [Finding], _ generation: Int?
    ) -> [Condition] {
        let status = findings.isEmpty ? "True" : "False"
        let before = old.conditions.first { $0.type == "Accepted" }
        let reason = findings.first.map { RuntimeReason(cause: $0.code).rawValue } ?? RuntimeReason.asExpected.rawValue
        let message = findings.map { "\($0.field.map { "\($0): " } ?? "")\($0.message)" }.joined(separator: " ")
        return [
            Condition(
                type: "Accepted", status: status, reason: reason, message: String(message.prefix(2000)),
                lastTransitionTime: before.flatMap { $0.status == status ? $0.lastTransitionTime : nil }
                    ?? caches.time.now.rfc3339(), observedGeneration: generation)
        ]
    }
}
