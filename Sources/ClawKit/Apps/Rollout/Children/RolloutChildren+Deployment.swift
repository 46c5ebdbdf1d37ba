import ClawKubernetes

extension RolloutChildren {
    /// How many pods run is the autoscaler's to say, so `replicas` is left to it.
    var deployment: Deployment {
        var metadata = metadata(names.deployment)
        metadata.annotations = [RolloutLabel.revision: revision]
        return Deployment(
            metadata: metadata,
            spec: DeploymentSpec(
                selector: LabelSelector(matchLabels: labels), template: template,
                progressDeadlineSeconds: settings.progressDeadline,
                replicas: spec.horizontalScale.isStopped ? 0 : nil, strategy: strategy))
    }

    /// Written out with Kubernetes' defaults, so that they are the operator's to take back: a strategy `Recreate` is
    /// refused where they are left behind.
    private var strategy: DeploymentStrategy {
        if spec.rolloutStrategy == "recreate" { return DeploymentStrategy(type: "Recreate") }
        return DeploymentStrategy(
            rollingUpdate: RollingUpdateDeployment(maxSurge: "25%", maxUnavailable: "25%"), type: "RollingUpdate")
    }

    private var template: PodTemplateSpec {
        var metadata = ObjectMeta(labels: labels)
        let secretsChecksum = secretsChecksum
        if let secretsChecksum { metadata.annotations = [RolloutLabel.secretsChecksum: secretsChecksum] }
        return PodTemplateSpec(
            metadata: metadata,
            spec: PodSpec(
                containers: [container(readsSecrets: secretsChecksum != nil)], hostAliases: spec.hostAliases,
                imagePullSecrets: spec.image.hasCredentials ? [LocalObjectReference(name: names.pullSecret)] : [],
                nodeSelector: spec.nodeSelector, securityContext: podSecurity,
                serviceAccountName: names.serviceAccount(spec), tolerations: spec.tolerations,
                volumes: spec.volumes.map { volume in
                    let name = names.volume(volume.name)
                    return Volume(name: name, persistentVolumeClaim: .init(claimName: name))
                }))
    }

    private func container(readsSecrets: Bool) -> Container {
        let secrets = readsSecrets ? [EnvFromSource(secretRef: SecretEnvSource(name: names.secrets))] : []
        return Container(
            name: rollout.name, image: "\(ImageReference(spec.image))", command: spec.command, args: spec.args,
            ports: ports, envFrom: secrets, env: Self.environment(spec.env), resources: Self.resources(spec.resources),
            volumeMounts: spec.volumes.map { VolumeMount(name: names.volume($0.name), mountPath: $0.mountPath) },
            securityContext: containerSecurity)
    }

    /// A container's port has a name of at most 15 characters with a letter in it, an interface's may be another.
    private var ports: [ContainerPort] {
        var seen: Set<Int> = []
        return spec.interfaces.filter { seen.insert($0.port).inserted }.map { interface in
            let isName = interface.name.utf8.count <= 15 && interface.name.contains { $0.isLetter }
            return ContainerPort(
                containerPort: interface.port, name: isName ? interface.name : nil, protocol: "TCP")
        }
    }

    /// Of two of one name the last counts, as in a container.
    static func environment(_ variables: [Rollout.Variable]) -> [EnvVar] {
        var last: [String: Int] = [:]
        for (index, variable) in variables.enumerated() { last[variable.name] = index }
        return variables.enumerated().filter { last[$1.name] == $0 }.map { EnvVar(name: $1.name, value: $1.value) }
    }

    static func resources(_ resources: Rollout.Resources) -> ResourceRequirements {
        func amounts(_ amounts: Rollout.Amounts) -> [String: Quantity] {
            var all: [String: Quantity] = [:]
            all["cpu"] = Quantity(amounts.cpu)
            all["memory"] = Quantity(amounts.memory)
            return all
        }
        return ResourceRequirements(limits: amounts(resources.limits), requests: amounts(resources.requests))
    }

    /// One-Click's operator makes 0 of each number left out, so that a pod that asked for less privilege runs as root.
    private var podSecurity: PodSecurityContext? {
        guard let given = spec.securityContext else { return nil }
        let security = PodSecurityContext(
            fsGroup: given.fsGroup, runAsGroup: given.runAsGroup, runAsUser: given.runAsUser)
        return security.document.isEmpty ? nil : security
    }

    private var containerSecurity: SecurityContext? {
        guard let given = spec.securityContext else { return nil }
        let capabilities = given.capabilities.map { Capabilities(add: $0.add, drop: $0.drop) }
        let security = SecurityContext(
            allowPrivilegeEscalation: given.allowPrivilegeEscalation,
            capabilities: capabilities.flatMap { $0.document.isEmpty ? nil : $0 }, privileged: given.privileged,
            readOnlyRootFilesystem: given.readOnlyRootFilesystem, runAsNonRoot: given.runAsNonRoot)
        return security.document.isEmpty ? nil : security
    }
}
