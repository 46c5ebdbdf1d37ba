public import ClawBase

/// Which names a project may have: it becomes a namespace, and some namespaces are not for projects.
public enum ProjectName {
    private static let reserved: Set<String> = ["default", PlatformSettings.namespace]

    /// Whether a name stands for a namespace of the cluster or of the platform itself.
    /// `kube-` is Kubernetes' own prefix:
    /// <https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/>
    public static func isReserved(_ name: String) -> Bool { reserved.contains(name) || name.hasPrefix("kube-") }

    /// - Throws: ``Finding`` (`E_NAME`) for a name that is malformed or reserved.
    public static func check(_ label: DNSLabel, field: String = "name") throws(Finding) {
        guard isReserved(label.description) else { return }
        throw Finding(
            .badName, "'\(label)' is reserved for the cluster itself; choose another name for the project.",
            field: field)
    }
}
