import ClawBase
import ClawDocuments
import ClawModels

/// Gives each pod a service account that exists, its token, and its pull secrets.
/// <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-admission-controller>
struct ServiceAccountPlugin: MutatingPlugin {
    private static let mountPath = "/var/run/secrets/kubernetes.io/serviceaccount"
    /// Whether each namespace has a default account, made by the cluster. Where not, pods may do without.
    let hasDefaultAccounts: Bool

    func concerns(_ request: AdmissionRequest) -> Bool { request.createsPod }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        var pod = Pod(document: object)
        guard var spec = pod.spec else { return }
        let isMirror = pod.metadata.annotations["kubernetes.io/config.mirror"] != nil
        if isMirror {
            guard spec.serviceAccountName?.isEmpty ?? true else {
                throw request.forbidden(object, "a mirror pod may not reference service accounts")
            }
            return
        }
        let name = spec.serviceAccountName.flatMap { $0.isEmpty ? nil : $0 } ?? "default"
        spec.serviceAccountName = name
        spec.document["serviceAccount"] = .string(name)
        if let account = try account(name, object, request) {
            if spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true { Self.mountToken(&spec) }
            if spec.imagePullSecrets.isEmpty { spec.imagePullSecrets = account.imagePullSecrets }
        }
        pod.spec = spec
        object = pod.document
    }

    private func account(_ name: String, _ pod: JSONObject, _ request: AdmissionRequest) throws -> ServiceAccount? {
        let namespace = request.call.namespace ?? ""
        if let found = request.find("serviceaccounts", namespace: namespace, name) { return ServiceAccount(document: found) }
        if name == "default", !hasDefaultAccounts { return nil }
        throw request.forbidden(
            pod, "error looking up service account \(namespace)/\(name): serviceaccount \"\(name)\" not found")
    }

    /// A token that is renewed, the authority to trust and the namespace, where clients in pods look for them.
    private static func mountToken(_ spec: inout PodSpec) {
        let name = "kube-api-access-\(APIServer.nameSuffix())"
        var isMounted = false
        func mounting(_ container: Container) -> Container {
            var container = container
            guard !container.volumeMounts.contains(where: { $0.mountPath == mountPath }) else { return container }
            container.volumeMounts.append(VolumeMount(name: name, mountPath: mountPath, readOnly: true))
            isMounted = true
            return container
        }
        spec.initContainers = spec.initContainers.map(mounting)
        spec.containers = spec.containers.map(mounting)
        guard isMounted else { return }
        let namespace = ObjectFieldSelector(fieldPath: "metadata.namespace", apiVersion: "v1")
        spec.volumes.append(
            Volume(
                name: name,
                projected: ProjectedVolumeSource(
                    defaultMode: 0o644,
                    sources: [
                        VolumeProjection(serviceAccountToken: .init(path: "token", expirationSeconds: 3607)),
                        VolumeProjection(
                            configMap: .init(name: "kube-root-ca.crt", items: [KeyToPath(key: "ca.crt", path: "ca.crt")])),
                        VolumeProjection(
                            downwardAPI: .init(items: [DownwardAPIVolumeFile(path: "namespace", fieldRef: namespace)])),
                    ])))
    }
}
