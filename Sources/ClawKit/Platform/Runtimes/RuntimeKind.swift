public import ClawBase
public import ClawResources

/// The pure triple of the Runtime kind: admit, desire (``RuntimeCell``), next.
public enum RuntimeKind {
    /// What speaks against running it; empty where nothing does.
    public static func admit(_ runtime: Runtime, _ context: RuntimeContext) -> [Finding] {
        let blueprint = context.blueprint(of: runtime)
        return admit(runtime, blueprint, RuntimeEnvironment(of: runtime, blueprint, context), context)
    }

    static func admit(
        _ runtime: Runtime, _ blueprint: RuntimeBlueprint, _ environment: RuntimeEnvironment, _ context: RuntimeContext
    ) -> [Finding] {
        var findings: [Finding] = []
        if let name = runtime.spec.template, context.template(named: name) == nil {
            let known = context.templateNames.joined(separator: ", ")
            findings.append(Finding(
                .unknownTemplate, "There is no template '\(name)'; known are \(known).", field: "spec.template"))
        }
        if context.template(named: nil) == nil, runtime.spec.template == nil, runtime.spec.command.isEmpty {
            findings.append(noTemplate)
        }
        for model in runtime.spec.models where !context.models.contains(model) {
            findings.append(Finding(
                .unknownModel, "There is no model '\(model)'; known are \(context.models.joined(separator: ", ")).",
                field: "spec.models"))
        }
        if (runtime.spec.driver ?? context.driver) == .sandbox, let finding = context.unservedSandbox {
            findings.append(finding)
        }
        findings += runtime.spec.remoteFindings()
        findings += environment.refusals
        findings += blueprint.resources(asked: runtime.spec.resources).findings
        findings += blueprint.findings(context).map { $0.at("spec.template") }
        if let shared = blueprint.volume(of: runtime).shared, shared.claim.hasSuffix("-state") {
            findings.append(Finding(
                .volumeTaken, "'\(shared.claim)' is the volume of one runtime; share another.",
                field: "spec.volume.shared.claim"))
        }
        let size = blueprint.volume(of: runtime).size
        if size.units.map({ $0 <= 0 }) ?? true {
            findings.append(Finding(
                .badQuantity, "'\(size)' is no size; write 1Gi, 500Mi.", field: "spec.volume.size"))
        }
        do throws(Finding) {
            _ = try runtime.spec.idle.map { idle throws(Finding) in try SleepingHours(idle) }
        } catch {
            findings.append(error)
        }
        return findings + policyFindings(runtime, blueprint, context)
    }

    private static func policyFindings(
        _ runtime: Runtime, _ blueprint: RuntimeBlueprint, _ context: RuntimeContext
    ) -> [Finding] {
        switch context.policy {
        case .failure(let finding): [finding]
        case .success(let policy):
            policy.findings(image: blueprint.image, field: "spec.image")
                + policy.findings(volumeSize: blueprint.volume(of: runtime).size, field: "spec.volume.size")
                + runtime.spec.models.flatMap { policy.findings(model: $0, field: "spec.models") }
                + policy.findings(cluster: context.cluster, region: context.region)
        }
    }

    static let noTemplate = Finding(
        .unknownTemplate, "No template is configured; add one to claw.yaml or give the runtime a command.",
        field: "spec.template")
}

extension FindingCode {
    public static let unknownTemplate = FindingCode(rawValue: "E_TEMPLATE")
    public static let unknownModel = FindingCode(rawValue: "E_MODEL")
    public static let reservedVariable = FindingCode(rawValue: "E_ENV_RESERVED")
    public static let badQuantity = FindingCode(rawValue: "E_QUANTITY")
    /// Something of the name that the runtime or its pod should get is there, and is not the runtime's.
    public static let nameTaken = FindingCode(rawValue: "E_NAME_TAKEN")
    /// The volume of that name holds another user's data.
    public static let volumeTaken = FindingCode(rawValue: "E_VOLUME_TAKEN")
    public static let startDeadline = FindingCode(rawValue: "E_START_DEADLINE")
    public static let stopDeadline = FindingCode(rawValue: "E_STOP_DEADLINE")
    /// The cluster refused a step; it is tried again.
    public static let actionFailed = FindingCode(rawValue: "E_RUNTIME_ACTION")
    public static let crashLoop = FindingCode(rawValue: "E_CRASH_LOOP")
    /// The node of its pod is not heard of.
    public static let nodeLost = FindingCode(rawValue: "E_NODE_LOST")
    public static let unschedulable = FindingCode(rawValue: "E_UNSCHEDULABLE")
    public static let containerStart = FindingCode(rawValue: "E_CONTAINER_START")
}
