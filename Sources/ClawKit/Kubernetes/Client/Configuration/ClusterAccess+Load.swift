import ClawBase
public import FoundationEssentials

extension ClusterAccess {
    /// Where a pod finds its service account.
    public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The cluster kubectl would talk to: the explicit file, else those of `KUBECONFIG`, else `~/.kube/config`, else the
    /// cluster this process is a pod of. The first of them that is there counts: if it is broken that is an error,
    /// never a reason to look at the next.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming the file and the place in it.
    public static func load(
        explicit path: String? = nil, context: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        serviceAccount directory: String = serviceAccountDirectory
    ) throws -> ClusterAccess {
        var access = try find(path, context, environment, directory)
        access.environment = environment
        if access.proxy == nil { access.proxy = ProxyEnvironment(environment).proxy(for: access.server) }
        return access
    }

    private static func find(
        _ path: String?, _ context: String?, _ environment: [String: String], _ directory: String
    ) throws -> ClusterAccess {
        if let path { return try Kubeconfig(contentsOf: path).access(context: context) }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty { return try Kubeconfig(merging: listed).access(context: context) }
        if let home = environment["HOME"], !home.isEmpty {
            let standard = "\(home)/.kube/config"
            // There, readable or not: what cannot be read is an error.
            if FileStamp(of: standard) != nil {
                return try Kubeconfig(contentsOf: standard).access(context: context)
            }
        }
        if context == nil, environment["KUBERNETES_SERVICE_HOST"] != nil {
            return try inCluster(environment: environment, serviceAccount: directory)
        }
        throw Finding(
            .badConfig,
            "No cluster is configured: name a kubeconfig, set KUBECONFIG, or put one at ~/.kube/config.",
            field: "KUBECONFIG")
    }

    /// The cluster this process is a pod of, as the pod's service account. Token and authorities are read again as the
    /// kubelet renews them.
    ///
    /// <https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/>
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` where this is no pod, or its files cannot be read. Without
    ///   authorities there is no connection, never an unverified one.
    public static func inCluster(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        serviceAccount directory: String = serviceAccountDirectory
    ) throws -> ClusterAccess {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], UInt16(port) != nil
        else {
            throw Finding(
                .badConfig, "This process is no pod of a cluster: KUBERNETES_SERVICE_HOST and _PORT are not set.",
                field: "KUBERNETES_SERVICE_HOST")
        }
        var access = ClusterAccess(server: host.contains(":") ? "https://[\(host)]:\(port)" : "https://\(host):\(port)")
        let files = KubeconfigEntry([:], file: "\(directory)/", place: "")
        access.certificateAuthorityFile = "\(directory)/ca.crt"
        access.certificateAuthority = try files.pem(KubeconfigEntry.text(of: "\(directory)/ca.crt"), "ca.crt")
        access.tokenFile = "\(directory)/token"
        access.token = Secret(try files.line(KubeconfigEntry.text(of: "\(directory)/token"), "token"))
        if let name = environment["POD_NAMESPACE"], !name.isEmpty {
            access.namespace = name
        } else if FileStamp(of: "\(directory)/namespace") != nil {
            access.namespace = try files.line(KubeconfigEntry.text(of: "\(directory)/namespace"), "namespace")
        }
        return access
    }
}
