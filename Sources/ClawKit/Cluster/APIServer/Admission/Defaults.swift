import ClawBase
import ClawDocuments
import ClawModels

/// The defaults that clients of the main kinds rely on.
/// Source: the API reference's "Defaults to …" of each kind.
enum Defaults {
    static func apply(to object: inout JSONObject, _ type: ResourceType, isNew: Bool) {
        switch (type.group, type.plural) {
        case ("", "pods"):
            var pod = Pod(document: object)
            if var spec = pod.spec {
                fill(&spec)
                pod.spec = spec
            }
            if isNew { pod.status = PodStatus(phase: "Pending", qosClass: qualityOfService(pod.spec)) }
            object = pod.document
        case ("", "namespaces"):
            if isNew {
                object[.spec] = ["finalizers": ["kubernetes"]]
                object[.status] = ["phase": "Active"]
            }
            let name = object.objectName
            var labels = object[.metadata]?.object?.stringMap(.labels) ?? [:]
            labels["kubernetes.io/metadata.name"] = name
            object.setMetadata(.labels, .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
        case ("", "persistentvolumeclaims"):
            object.modify(.spec) { spec in if spec?["volumeMode"] == nil { spec?["volumeMode"] = "Filesystem" } }
            if isNew { object[.status] = ["phase": "Pending"] }
        case ("", "persistentvolumes"):
            object.modify(.spec) { spec in
                if spec?["volumeMode"] == nil { spec?["volumeMode"] = "Filesystem" }
                if spec?["persistentVolumeReclaimPolicy"] == nil { spec?["persistentVolumeReclaimPolicy"] = "Retain" }
            }
            if isNew { object[.status] = ["phase": "Pending"] }
        case ("", "secrets"):
            if object.string(.type) == nil { object[.type] = "Opaque" }
            mergeStringData(&object)
        case ("", "services"):
            object.modify(.spec) { spec in
                for (name, value) in serviceDefaults where spec?[name] == nil { spec?[name] = value }
            }
            if isNew { object[.status] = ["loadBalancer": [:]] }
        default: break
        }
    }

    private static let serviceDefaults: [(String, JSON)] = [
        ("type", "ClusterIP"), ("sessionAffinity", "None"), ("internalTrafficPolicy", "Cluster"),
    ]

    private static func fill(_ spec: inout PodSpec) {
        spec.restartPolicy = spec.restartPolicy ?? "Always"
        spec.dnsPolicy = spec.dnsPolicy ?? "ClusterFirst"
        spec.schedulerName = spec.schedulerName ?? "default-scheduler"
        spec.serviceAccountName = spec.serviceAccountName ?? "default"
        spec.terminationGracePeriodSeconds = spec.terminationGracePeriodSeconds ?? 30
        spec.enableServiceLinks = spec.enableServiceLinks ?? true
        spec.securityContext = spec.securityContext ?? PodSecurityContext()
        spec.containers = spec.containers.map(filled)
        spec.initContainers = spec.initContainers.map(filled)
    }

    private static func filled(_ container: Container) -> Container {
        var container = container
        container.terminationMessagePath = container.terminationMessagePath ?? "/dev/termination-log"
        container.terminationMessagePolicy = container.terminationMessagePolicy ?? "File"
        if container.imagePullPolicy == nil {
            let tag = (container.image ?? "").split(separator: "/").last?.split(separator: ":").dropFirst().first
            container.imagePullPolicy = tag == nil || tag == "latest" ? "Always" : "IfNotPresent"
        }
        container.ports = container.ports.map { port in
            var port = port
            port.protocol = port.protocol ?? "TCP"
            return port
        }
        container.livenessProbe = container.livenessProbe.map(filled)
        container.readinessProbe = container.readinessProbe.map(filled)
        container.startupProbe = container.startupProbe.map(filled)
        return container
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

    /// <https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/>
    private static func qualityOfService(_ spec: PodSpec?) -> String {
        let resources = (spec?.containers ?? []).map { $0.resources ?? ResourceRequirements() }
        if resources.allSatisfy({ $0.limits.isEmpty && $0.requests.isEmpty }) { return "BestEffort" }
        let isGuaranteed = resources.allSatisfy { each in
            ["cpu", "memory"].allSatisfy { name in
                guard let limit = each.limits[name] else { return false }
                return each.requests[name].map { $0.isSameAmount(as: limit) } ?? true
            }
        }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }

    /// `stringData` is write-only: it lands in `data` as base64.
    private static func mergeStringData(_ object: inout JSONObject) {
        let texts = object.stringMap("stringData")
        guard !texts.isEmpty else { return }
        var data = object.stringMap("data")
        for (name, text) in texts { data[name] = Base64.encode(Array(text.utf8)) }
        object["stringData"] = nil
        object.set("data", data)
    }
}
