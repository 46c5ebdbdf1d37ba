/// What the API calls a kind, and where it serves it.
public struct ResourceType: Sendable, Hashable {
    /// Empty for the core group.
    public var group: String
    public var version: String
    public var kind: String
    /// The name in paths, `pods`.
    public var plural: String
    public var singular: String
    public var shortNames: [String]
    /// Groups of kinds that command lines know, `all`.
    public var categories: [String]
    /// False for resources of the whole cluster.
    public var isNamespaced: Bool

    /// Singular is the kind in lower case and plural its English plural, where not given.
    public init(
        group: String, version: String, kind: String, plural: String? = nil, singular: String? = nil,
        shortNames: [String] = [], categories: [String] = [], isNamespaced: Bool = true
    ) {
        let singular = singular ?? kind.lowercased()
        (self.group, self.version, self.kind) = (group, version, kind)
        (self.plural, self.singular) = (plural ?? Self.plural(of: singular), singular)
        (self.shortNames, self.categories, self.isNamespaced) = (shortNames, categories, isNamespaced)
    }

    /// `v1`, `apps/v1`
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `pods`, `deployments.apps`: the name that is unique in a cluster, as custom resource definitions are named.
    public var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    static func plural(of word: String) -> String {
        if word.hasSuffix("y"), let before = word.dropLast().last, !"aeiou".contains(before) {
            return word.dropLast() + "ies"
        }
        return word + (["s", "x", "z", "ch", "sh"].contains { word.hasSuffix($0) } ? "es" : "s")
    }
}

extension ResourceType: CustomStringConvertible {
    public var description: String { "\(apiVersion) \(kind)" }
}
