import ClawBase
import ClawKubernetes

/// What speaks against a rollout as it is written: everything at once, each with its place. Pure, and for any input.
///
/// What is told here is what could never work: the server would refuse a child, or no container could start. Findings
/// name fields, and never repeat the value of a secret.
struct RolloutAdmission {
    let rollout: Rollout
    private(set) var findings: [Finding] = []

    init(_ rollout: Rollout) {
        self.rollout = rollout
        checkNames()
        checkContainer()
        checkScale()
        checkVolumes()
        checkInterfaces()
        checkCronJobs()
        findings += RolloutSettings(rollout).findings + ImageUpdate.findings(rollout)
    }

    mutating func add(_ code: FindingCode, _ message: @autoclosure () -> String, at field: @autoclosure () -> String) {
        findings.append(Finding(code, message(), field: field()))
    }

    // MARK: names

    private mutating func checkNames() {
        let name = rollout.name
        if !ObjectName.isLabel(name) {
            add(
                .badName, "The name \(ObjectName.shown(name)) cannot be a container's; \(ObjectName.labelRule).",
                at: "metadata.name")
        }
        let account = rollout.spec.serviceAccountName
        if !account.isEmpty, !ObjectName.isSubdomain(account) {
            add(
                .badName, "A service account cannot be called \(ObjectName.shown(account)); \(ObjectName.labelRule).",
                at: "spec.serviceAccountName")
        }
    }

    /// - Returns: the entries whose name is good.
    mutating func checkEntryNames(_ names: [String], of list: String) {
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            let field = "spec.\(list)[\(index)].name"
            if !ObjectName.isLabel(name) {
                add(.badName, "The name \(ObjectName.shown(name)) cannot be used; \(ObjectName.labelRule).", at: field)
            } else if !seen.insert(name).inserted {
                add(.duplicate, "There are two entries called '\(name)'; each needs a name of its own.", at: field)
            }
        }
    }

    // MARK: the container

    private mutating func checkContainer() {
        check(rollout.spec.image, at: "spec.image")
        check(rollout.spec.resources, at: "spec.resources")
        check(rollout.spec.env, at: "spec.env")
        for (index, secret) in rollout.spec.secrets.enumerated() {
            let name = secret.name.trimmingBlanks
            guard !ObjectName.isKey(name) else { continue }
            add(
                .badName, "A secret's name has letters, digits, '-', '_' and '.' only; call it otherwise.",
                at: "spec.secrets[\(index)].name")
        }
        checkSecurity()
    }

    mutating func check(_ image: Rollout.Image, at field: String) {
        let allowed = { (byte: UInt8) in (0x21...0x7E).contains(byte) }
        if image.repository.isEmpty || !image.repository.utf8.allSatisfy(ObjectName.isRepository)
            || image.repository.hasPrefix("/") || image.repository.hasSuffix("/")
        {
            add(
                .image, "The repository is no image's; write it as library/nginx, in lower case.",
                at: "\(field).repository")
        }
        if image.tag.isEmpty || !image.tag.utf8.allSatisfy(allowed) || image.tag.utf8.count > 256 {
            add(.image, "The tag is no image's; write it as 1.29 or sha256:….", at: "\(field).tag")
        }
        if !image.registry.utf8.allSatisfy(allowed) || image.registry.contains("/") && image.registry.hasPrefix("/") {
            add(.image, "The registry is none; write it as docker.io or ghcr.io.", at: "\(field).registry")
        }
    }

    mutating func check(_ variables: [Rollout.Variable], at field: String) {
        for (index, variable) in variables.enumerated() {
            guard variable.name.isEmpty || variable.name.contains("=") else { continue }
            add(
                .badName, "An environment variable's name is not empty and has no '='; call it otherwise.",
                at: "\(field)[\(index)].name")
        }
    }

    mutating func check(_ resources: Rollout.Resources, at field: String) {
        for (name, request, limit) in [
            ("cpu", resources.requests.cpu, resources.limits.cpu),
            ("memory", resources.requests.memory, resources.limits.memory),
        ] {
            let requested = amount(request, at: "\(field).requests.\(name)")
            guard let most = amount(limit, at: "\(field).limits.\(name)"), let requested, requested > most else {
                continue
            }
            add(
                .limits, "It asks for \(requested) and may use \(most) at most; raise the limit or ask for less.",
                at: "\(field).limits.\(name)")
        }
    }

    /// The amount, or nil with a finding.
    mutating func amount(_ text: String, at field: @autoclosure () -> String) -> Quantity? {
        if let quantity = Quantity(text), quantity >= .zero { return quantity }
        add(.quantity, "\(ObjectName.shown(text)) is no amount; write it as 500m, 2 or 512Mi.", at: field())
        return nil
    }

    private mutating func checkSecurity() {
        guard let security = rollout.spec.securityContext else { return }
        for (name, value) in [
            ("fsGroup", security.fsGroup), ("runAsUser", security.runAsUser), ("runAsGroup", security.runAsGroup),
        ] {
            guard let value, !(0...Int(Int32.max)).contains(value) else { continue }
            add(
                .securityContext, "\(value) is no user or group; use 0 to 2147483647.",
                at: "spec.securityContext.\(name)")
        }
        if security.privileged == true, security.allowPrivilegeEscalation == false {
            add(
                .securityContext,
                "A privileged container cannot do without privilege escalation; leave one of them out.",
                at: "spec.securityContext.allowPrivilegeEscalation")
        }
        if security.runAsNonRoot == true, security.runAsUser == 0 {
            add(
                .securityContext, "User 0 is root, whom runAsNonRoot forbids; choose another user.",
                at: "spec.securityContext.runAsUser")
        }
    }

    private mutating func checkScale() {
        let scale = rollout.spec.horizontalScale
        let field = "spec.horizontalScale"
        if scale.minReplicas < 0 {
            add(.scale, "Fewer than no pods cannot run; ask for 0 or more.", at: "\(field).minReplicas")
        }
        if scale.maxReplicas < scale.minReplicas {
            add(
                .scale, "At least \(scale.minReplicas) pods and at most \(scale.maxReplicas) contradict each other.",
                at: "\(field).maxReplicas")
        } else if !scale.isStopped {
            if scale.targetCPU < 1 {
                add(
                    .scale, "Pods are added by the CPU they use of what they asked for; write 1 (percent) or more.",
                    at: "\(field).targetCPUUtilizationPercentage")
            }
            if scale.minReplicas == 0 {
                add(
                    .scaleToZero, "One pod always runs: no CPU shows when the first one is needed again.",
                    at: "\(field).minReplicas")
            }
        }
    }
}
