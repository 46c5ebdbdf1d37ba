import ClawBase

/// Which runtime a request is for: `/r/{project}/{runtime}/…`, or `{runtime}-{project}.DOMAIN`.
public struct RuntimeReference: Sendable, Hashable, CustomStringConvertible {
    public let project: String
    public let runtime: String

    public init(project: String, runtime: String) { (self.project, self.runtime) = (project, runtime) }

    /// `project/runtime`, as in the header `X-Claw-Runtime`.
    public var description: String { "\(project)/\(runtime)" }

    /// Every reference a request's host and path can mean: none for anything but a runtime's address, one for a
    /// path, and for a host one for each place where its first label can be split. Names may contain `-`, so
    /// `a-b-c.DOMAIN` is runtime `a` of project `b-c` or runtime `a-b` of project `c`; which, only a lookup tells.
    ///
    /// The host form goes first: behind a runtime's own host every path is the runtime's.
    /// - Parameters:
    ///   - host: may carry a port; case does not matter.
    ///   - path: percent-encoded, with or without query.
    ///   - domain: the platform's domain; nil where there is none, then only paths count.
    public static func candidates(host: String, path: String, domain: String?) -> [RuntimeReference] {
        if let domain, let label = firstLabel(of: host, below: domain) { return candidates(label: label) }
        return candidates(path: path)
    }

    /// Those of the path alone.
    static func candidates(path: String) -> [RuntimeReference] {
        let segments = path.prefix { $0 != "?" && $0 != "#" }.split(
            separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
        guard segments.count >= 4, segments[0].isEmpty, segments[1] == "r",
            let project = try? DNSLabel(segments[2]), let runtime = try? DNSLabel(segments[3])
        else { return [] }
        return [RuntimeReference(project: project.description, runtime: runtime.description)]
    }

    private static func candidates(label: String) -> [RuntimeReference] {
        label.indices.filter { label[$0] == "-" }.compactMap { dash in
            guard let runtime = try? DNSLabel(label[..<dash]),
                let project = try? DNSLabel(label[label.index(after: dash)...])
            else { return nil }
            return RuntimeReference(project: project.description, runtime: runtime.description)
        }
    }

    private static func firstLabel(of host: String, below domain: String) -> String? {
        let name = HostName.compared(host)
        let suffix = "." + domain.lowercased()
        guard name.hasSuffix(suffix) else { return nil }
        let label = name.dropLast(suffix.count)
        return label.contains(".") || label.isEmpty ? nil : String(label)
    }
}
