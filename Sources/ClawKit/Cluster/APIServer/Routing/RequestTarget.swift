import ClawBase

/// What a request's path means.
/// Rules: <https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris>
enum RequestTarget: Sendable, Hashable {
    /// `/healthz`, `/version`, `/api`, `/openapi/v3`, …
    case nonResource(path: String)
    case resource(ResourceTarget)
}

struct ResourceTarget: Sendable, Hashable {
    var group: String
    var version: String
    var namespace: String?
    var plural: String
    var name: String?
    var subresource: String?
    /// Written in the deprecated form `/api/v1/watch/…`.
    var isWatch = false
    /// What stands behind the subresource, for `proxy`.
    var rest: [String] = []

    static func parse(_ path: Substring) -> RequestTarget {
        let parts = segments(path)
        var rest = parts[...]
        var target: ResourceTarget
        if rest.first == "api", rest.count > 2 {
            target = ResourceTarget(group: "", version: rest[1], namespace: nil, plural: "", name: nil, subresource: nil)
            rest = rest.dropFirst(2)
        } else if rest.first == "apis", rest.count > 3 {
            target = ResourceTarget(
                group: rest[1], version: rest[2], namespace: nil, plural: "", name: nil, subresource: nil)
            rest = rest.dropFirst(3)
        } else {
            return .nonResource(path: "/" + parts.joined(separator: "/"))
        }
        if rest.first == "watch", rest.count > 1 {
            target.isWatch = true
            rest = rest.dropFirst()
        }
        // `namespaces/NS/RESOURCE…` scopes; `namespaces/NS` and its own subresources are the namespace itself.
        if rest.first == "namespaces", rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
            target.namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        target.plural = rest.removeFirst()
        target.name = rest.popFirst()
        target.subresource = rest.popFirst()
        target.rest = Array(rest)
        return .resource(target)
    }

    /// What stands between slashes, percent-decoded; empty segments do not count.
    private static func segments(_ path: Substring) -> [String] {
        var path = path
        var segments: [String] = []
        segments.reserveCapacity(8)
        path.withUTF8 { bytes in
            var (begin, isPlain) = (0, true)
            for index in 0...bytes.count {
                let byte = index < bytes.count ? bytes[index] : UInt8(ascii: "/")
                if byte == UInt8(ascii: "%") { isPlain = false }
                guard byte == UInt8(ascii: "/") else { continue }
                if index > begin {
                    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[begin..<index]), as: UTF8.self)
                    segments.append(isPlain ? text : Percent.decode(text))
                }
                (begin, isPlain) = (index + 1, true)
            }
        }
        return segments
    }
}
