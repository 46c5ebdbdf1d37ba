import ClawDocuments
import ClawModels

/// Lets pods stay on a node that is lost for five minutes.
/// <https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#defaulttolerationseconds>
struct DefaultTolerations: MutatingPlugin {
    private static let added = ["not-ready", "unreachable"].map {
        Toleration(key: "node.kubernetes.io/\($0)", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300)
    }

    func concerns(_ request: AdmissionRequest) -> Bool { request.createsPod }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        var pod = Pod(document: object)
        guard let tolerations = pod.spec?.tolerations else { return }
        pod.spec?.tolerations += Self.added.filter { added in
            !tolerations.contains { $0.effect != "NoSchedule" && $0.effect != "PreferNoSchedule" && ($0.key ?? added.key) == added.key }
        }
        object = pod.document
    }
}

/// Takes a pod's overhead and the nodes it may go to from its RuntimeClass.
/// <https://kubernetes.io/docs/concepts/containers/runtime-class/>
struct RuntimeClassPlugin: MutatingPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { request.createsPod }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        var pod = Pod(document: object)
        guard var spec = pod.spec, let name = spec.runtimeClassName else { return }
        guard let found = request.find("runtimeclasses", group: "node.k8s.io", name) else {
            throw request.forbidden(
                object, "pod rejected: RuntimeClass \"\(name)\" not found")
        }
        let runtime = RuntimeClass(document: found)
        if let overhead = runtime.overhead?.podFixed, !overhead.isEmpty {
            if spec.overhead.isEmpty {
                spec.overhead = overhead
            } else if spec.overhead != overhead {
                throw request.forbidden(
                    object, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
            }
        }
        if let scheduling = runtime.scheduling {
            for (key, value) in scheduling.nodeSelector {
                if let stated = spec.nodeSelector[key], stated != value {
                    throw request.forbidden(
                        object,
                        "conflict: runtimeClass.scheduling.nodeSelector[\(key)] = \(value); pod.spec.nodeSelector[\(key)] = "
                            + stated)
                }
                spec.nodeSelector[key] = value
            }
            spec.tolerations += scheduling.tolerations.filter { !spec.tolerations.contains($0) }
        }
        pod.spec = spec
        object = pod.document
    }
}
