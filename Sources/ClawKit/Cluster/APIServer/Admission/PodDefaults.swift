import ClawDocuments
import ClawModels

/// The defaults of pods and of pod templates.
/// Source: the API reference's "Defaults to …" of PodSpec, Container, Probe and the volume sources.
enum PodDefaults {
    /// - Parameter isTemplate: templates lack what only a pod itself gets.
    static func fill(_ spec: inout PodSpec, isTemplate: Bool) {
        spec.restartPolicy = spec.restartPolicy ?? "Always"
        spec.dnsPolicy = spec.dnsPolicy ?? "ClusterFirst"
        spec.schedulerName = spec.schedulerName ?? "default-scheduler"
        spec.terminationGracePeriodSeconds = spec.terminationGracePeriodSeconds ?? 30
        spec.securityContext = spec.securityContext ?? PodSecurityContext()
        if let account = spec.serviceAccountName, !account.isEmpty { spec.document["serviceAccount"] = .string(account) }
        if !isTemplate { spec.enableServiceLinks = spec.enableServiceLinks ?? true }
        spec.containers = spec.containers.map { filled($0, isTemplate: isTemplate) }
        spec.initContainers = spec.initContainers.map { filled($0, isTemplate: isTemplate) }
        spec.ephemeralContainers = spec.ephemeralContainers.map { container in
            var filled = filled(Container(document: container.document), isTemplate: true)
            // What it may use is what its pod has left.
            filled.document["resources"] = container.document["resources"] ?? .object(JSONObject())
            return EphemeralContainer(document: filled.document)
        }
        if !isTemplate, spec.hostNetwork == true { takeHostPorts(&spec) }
        spec.document.modifyEach("volumes", VolumeDefaults.fill)
    }

    /// On the host's network a container's ports are the host's.
    private static func takeHostPorts(_ spec: inout PodSpec) {
        for list in ["containers", "initContainers"] {
            spec.document.modifyEach(list) { container in
                container.modifyEach("ports") { port in
                    if (port["hostPort"]?.integer ?? 0) == 0 { port["hostPort"] = port["containerPort"] }
                }
            }
        }
    }

    private static func filled(_ container: Container, isTemplate: Bool) -> Container {
        var container = container
        container.terminationMessagePath = container.terminationMessagePath ?? "/dev/termination-log"
        container.terminationMessagePolicy = container.terminationMessagePolicy ?? "File"
        if container.imagePullPolicy == nil {
            container.imagePullPolicy = pullsAlways(container.image ?? "") ? "Always" : "IfNotPresent"
        }
        var resources = container.resources ?? ResourceRequirements()
        if !isTemplate {
            // What is limited and not requested is requested.
            for (name, limit) in resources.limits where resources.requests[name] == nil { resources.requests[name] = limit }
        }
        container.resources = resources
        container.ports = container.ports.map { port in
            var port = port
            port.protocol = port.protocol ?? "TCP"
            return port
        }
        container.env = container.env.map { variable in
            var variable = variable
            if variable.valueFrom?.fieldRef != nil, variable.valueFrom?.fieldRef?.apiVersion == nil {
                variable.valueFrom?.fieldRef?.apiVersion = "v1"
            }
            return variable
        }
        container.livenessProbe = container.livenessProbe.map(filled)
        container.readinessProbe = container.readinessProbe.map(filled)
        container.startupProbe = container.startupProbe.map(filled)
        container.document.modifyMember("lifecycle") { hooks in
            for hook in ["postStart", "preStop"] { hooks.modifyMember(hook) { $0.modifyMember("httpGet", fill(request:)) } }
        }
        return container
    }

    /// Images without a tag, or with `latest`, are pulled anew; a digest names one image for ever.
    private static func pullsAlways(_ image: String) -> Bool {
        if image.contains("@") { return false }
        let tag = (image.split(separator: "/").last ?? "").split(separator: ":").dropFirst().first
        return tag == nil || tag == "latest"
    }

    private static func filled(_ probe: Probe) -> Probe {
        var probe = probe
        if (probe.timeoutSeconds ?? 0) == 0 { probe.timeoutSeconds = 1 }
        if (probe.periodSeconds ?? 0) == 0 { probe.periodSeconds = 10 }
        if (probe.successThreshold ?? 0) == 0 { probe.successThreshold = 1 }
        if (probe.failureThreshold ?? 0) == 0 { probe.failureThreshold = 3 }
        probe.document.modifyMember("httpGet", fill(request:))
        probe.document.modifyMember("grpc") { $0.fillIn(["service": ""]) }
        return probe
    }

    private static func fill(request: inout JSONObject) {
        request.fillIn(["path": "/", "scheme": "HTTP"])
        if request["path"] == "" { request["path"] = "/" }
        if request["scheme"] == "" { request["scheme"] = "HTTP" }
    }

    /// <https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/>
    static func qualityOfService(_ spec: PodSpec?) -> String {
        let containers = (spec?.containers ?? []) + (spec?.initContainers ?? [])
        let resources = containers.map { $0.resources ?? ResourceRequirements() }
        if resources.allSatisfy({ $0.limits.isEmpty && $0.requests.isEmpty }) { return "BestEffort" }
        let isGuaranteed = resources.allSatisfy { each in
            ["cpu", "memory"].allSatisfy { name in
                guard let limit = each.limits[name] else { return false }
                return each.requests[name].map { $0.isSameAmount(as: limit) } ?? true
            }
        }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
