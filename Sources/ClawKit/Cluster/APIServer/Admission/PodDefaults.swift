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
        spec.document.modify("volumes") { volumes in
            guard let list = volumes?.array, !list.isEmpty else { return }
            volumes = .array(list.map(filled(volume:)))
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
        probe.timeoutSeconds = probe.timeoutSeconds ?? 1
        probe.periodSeconds = probe.periodSeconds ?? 10
        probe.successThreshold = probe.successThreshold ?? 1
        probe.failureThreshold = probe.failureThreshold ?? 3
        if var action = probe.httpGet {
            action.path = action.path ?? "/"
            action.scheme = action.scheme ?? "HTTP"
            probe.httpGet = action
        }
        return probe
    }

    private static func filled(volume: JSON) -> JSON {
        guard var object = volume.object else { return volume }
        for source in ["configMap", "secret", "downwardAPI", "projected"] {
            guard var member = object[source]?.object, member["defaultMode"] == nil else { continue }
            member["defaultMode"] = 420
            object[source] = .object(member)
        }
        if var path = object["hostPath"]?.object, path["type"] == nil {
            path["type"] = ""
            object["hostPath"] = .object(path)
        }
        return .object(object)
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
