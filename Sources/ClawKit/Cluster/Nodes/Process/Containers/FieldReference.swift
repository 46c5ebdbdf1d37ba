import ClawModels

/// What `fieldRef` can name. <https://kubernetes.io/docs/concepts/workloads/pods/downward-api/>
enum FieldReference {
    /// - Throws: ``ConfigurationProblem`` for a path this node does not know.
    static func value(_ path: String, of pod: Pod) throws(ConfigurationProblem) -> String {
        switch path {
        case "metadata.name": return pod.name
        case "metadata.namespace": return pod.namespace ?? ""
        case "metadata.uid": return pod.uid ?? ""
        case "metadata.labels": return lines(pod.labels)
        case "metadata.annotations": return lines(pod.annotations)
        case "spec.nodeName": return pod.spec?.nodeName ?? ""
        case "spec.serviceAccountName": return pod.spec?.serviceAccountName ?? "default"
        case "status.podIP", "status.hostIP", "status.podIPs", "status.hostIPs": return PodMachine.address
        default: break
        }
        if let key = subscripted(path, "metadata.labels") { return pod.labels[key] ?? "" }
        if let key = subscripted(path, "metadata.annotations") { return pod.annotations[key] ?? "" }
        throw ConfigurationProblem("fieldRef names \(path), which a process node does not know")
    }

    /// `name['key']` → `key`
    private static func subscripted(_ path: String, _ name: String) -> String? {
        guard path.hasPrefix(name + "['"), path.hasSuffix("']") else { return nil }
        return String(path.dropFirst(name.count + 2).dropLast(2))
    }

    /// One `key="value"` a line, as downward API files have it.
    private static func lines(_ map: [String: String]) -> String {
        map.sorted { $0.key < $1.key }.map { name, value in
            let escaped = value.flatMap { character -> String in
                switch character {
                case "\"": "\\\""
                case "\\": "\\\\"
                case "\n": "\\n"
                default: String(character)
                }
            }
            return "\(name)=\"\(String(escaped))\""
        }.joined(separator: "\n")
    }
}
