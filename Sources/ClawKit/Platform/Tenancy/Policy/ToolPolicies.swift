public import ClawControl
import ClawKubernetes
public import ClawResources
import Synchronization

/// What the cluster's policies say of tools, by project and user, kept up as ``EffectivePolicy`` objects change: no call
/// and no reading of documents per question.
public final class ToolPolicies: Sendable {
    /// What this asks of the API server.
    public static let permissions = [Permission.watching(EffectivePolicy.type)]

    private let policies: ObjectCache<EffectivePolicy>
    /// Of every policy there is, those that say nothing of tools included: a user's own says all that the project's does.
    private let verdicts = Mutex<[ObjectKey: ToolVerdicts]>([:])

    public init(caches: SharedCaches) {
        policies = caches.cache(EffectivePolicy.self)
        policies.onChange { [weak self] change in
            guard let key = (change.new ?? change.old).map({ ObjectKey($0) }) else { return }
            let stated = change.new.map { Self.verdicts(of: $0.spec.rules) }
            self?.verdicts.withLock { $0[key] = stated }
        }
    }

    private static func verdicts(of rules: PolicySpec) -> ToolVerdicts {
        guard let stated = try? PolicyRules(rules) else {
            // Rules of a later version: nobody here knows what they allow.
            return ToolVerdicts(["*": .deny])
        }
        guard case .tools(let tools) = stated[.tools] else { return ToolVerdicts([:]) }
        return tools
    }

    /// Whether the cluster's policies are known yet.
    public var isReady: Bool { policies.isSynced }

    /// Whether anything is said of any tool.
    public func concern(project: String?, user: String?) -> Bool { !tools(project, user).verdicts.isEmpty }

    /// nil where nothing is said of the tool.
    public func verdict(on tool: String, project: String?, user: String?) -> PolicyTool.Verdict? {
        tools(project, user).verdict(on: tool)
    }

    private func tools(_ project: String?, _ user: String?) -> ToolVerdicts {
        let nothing = ToolVerdicts([:])
        guard let project else { return nothing }
        return verdicts.withLock { verdicts in
            if verdicts.isEmpty { return nothing }
            let own = user.flatMap { verdicts[ObjectKey(namespace: project, name: "user.\($0)")] }
            return own ?? verdicts[ObjectKey(namespace: project, name: "project")] ?? nothing
        }
    }
}
