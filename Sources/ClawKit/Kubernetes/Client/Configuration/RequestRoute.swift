import ClawBase

/// The template of a Kubernetes API path, for metrics: names left out, kinds and verbs kept.
///
/// `/api/v1/namespaces/demo/pods/web/log` → `/api/v1/namespaces/{namespace}/pods/{name}/log`
public enum RequestRoute {
    /// For ``ClientMetrics``.
    public static let template: @Sendable (Request) -> String = { template(of: $0.path) }

    static func template(of path: Substring) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard let root = parts.first else { return "/" }
        let kindAt: Int
        switch root {
        case "api": kindAt = 2
        case "apis": kindAt = 3
        // /healthz, /version, /openapi/v3/…: by their first part only.
        default: return parts.count > 1 ? "/\(root)/…" : "/\(root)"
        }
        guard parts.count > kindAt else { return "/" + parts.joined(separator: "/") }
        var out = parts[..<kindAt].map(String.init)
        var rest = parts[kindAt...]
        if rest.first == "namespaces", rest.count > 2 {
            out += ["namespaces", "{namespace}"]
            rest = rest.dropFirst(2)
        }
        if let kind = rest.popFirst() { out.append(String(kind)) }
        if rest.popFirst() != nil { out.append("{name}") }
        if let subresource = rest.popFirst() { out.append(String(subresource)) }
        // Behind a proxy subresource stands somebody else's path.
        if !rest.isEmpty { out.append("…") }
        return "/" + out.joined(separator: "/")
    }
}
