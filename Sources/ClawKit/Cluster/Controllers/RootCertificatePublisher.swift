import ClawCertificates
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Gives each namespace the authority's certificate, in the ConfigMap `kube-root-ca.crt` that pods mount.
/// <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-token-volume>
enum RootCertificatePublisher {
    private static let name = "kube-root-ca.crt"
    /// What tools compare it with.
    private static let description =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
        + "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes "
        + "clusters."

    static func controller(
        _ authority: CertificateAuthority, _ client: KubernetesClient, _ caches: SharedCaches, _ logger: Logger
    ) -> Controller {
        let namespaces = caches.cache(Namespace.self)
        let maps = caches.cache(ConfigMap.self)
        let data = ["ca.crt": authority.certificatePEM]
        return Controller("root-certificate", caches: caches, logger: logger) { key in
            guard let namespace = namespaces[key], !namespace.isBeingDeleted else { return .settled }
            do {
                if var map = maps.get(name, in: key.name) {
                    guard map.data != data else { return .settled }
                    map.data = data
                    _ = try await client.replace(map)
                } else {
                    let metadata = ObjectMeta(
                        name: name, namespace: key.name,
                        annotations: ["kubernetes.io/description": description])
                    _ = try await client.create(ConfigMap(metadata: metadata, data: data))
                }
            } catch let error as KubernetesError
                where error.isAlreadyExists || error.isConflict || error.isForbidden || error.isNotFound
            {
                // There already, or the namespace is going: both end what is to be done here.
            }
            return .settled
        }
        .reconciles(Namespace.self)
        .watches(ConfigMap.self) { $0.name == name ? [ObjectKey(name: $0.namespace ?? "")] : [] }
    }
}
