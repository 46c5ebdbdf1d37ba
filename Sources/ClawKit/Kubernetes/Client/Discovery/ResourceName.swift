/// A resource as people name it on a command line: `po`, `deployments.apps`, `deployments.v1.apps`, `Deployment`.
struct ResourceName {
    var name: String
    var version: String?
    var group: String?

    /// The ways to read a text, the more specific first. A trailing dot means the core group: `pods.v1.`
    static func readings(of text: String) -> [ResourceName] {
        let parts = text.lowercased().split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(
            String.init)
        guard let name = parts.first, parts.count > 1 else { return [ResourceName(name: text.lowercased())] }
        let byGroup = ResourceName(name: name, group: parts.dropFirst().joined(separator: "."))
        return parts.count == 3 ? [ResourceName(name: name, version: parts[1], group: parts[2]), byGroup] : [byGroup]
    }

    /// What the name means, best first: full names go before short ones and these before kinds; then the server's own
    /// order decides. Several of the same group and version are as good as each other.
    ///
    /// A group may be cut short (`deployments.ap`) where none has exactly that name, as in kubectl.
    func matches(in resources: [ServedResource]) -> [ServedResource] {
        let ofVersion = resources.filter { version == nil || $0.type.version == version }
        guard let group else { return byName(ofVersion) }
        let exact = byName(ofVersion.filter { $0.type.group == group })
        guard exact.isEmpty, version == nil, !group.isEmpty else { return exact }
        return byName(ofVersion.filter { $0.type.group.hasPrefix(group) })
    }

    private func byName(_ resources: [ServedResource]) -> [ServedResource] {
        let tests: [(ResourceType) -> Bool] = [
            { $0.plural == name || $0.singular == name }, { $0.shortNames.contains(name) },
            { $0.kind.lowercased() == name },
        ]
        for test in tests {
            let found = resources.filter { test($0.type) }
            guard let first = found.first?.type else { continue }
            return found.filter { $0.type.apiVersion == first.apiVersion }
        }
        return []
    }
}
