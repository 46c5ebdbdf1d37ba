/// How collections and objects are named.
extension ObjectStore {
    /// `pods`, `deployments.apps`. A reference whose hash is known: every request names some.
    final class Collection: Hashable, Sendable, CustomStringConvertible {
        let group: String
        let plural: String
        private let hash: Int

        init(group: String, plural: String) {
            (self.group, self.plural) = (group, plural)
            var hasher = Hasher()
            hasher.combine(group)
            hasher.combine(plural)
            hash = hasher.finalize()
        }

        static func == (a: Collection, b: Collection) -> Bool {
            a === b || (a.hash == b.hash && a.plural == b.plural && a.group == b.group)
        }

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }

        var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
    }

    /// A key's texts are hashed once, wherever it is then looked up.
    struct Key: Hashable, Sendable, Comparable {
        /// Empty for cluster-scoped objects.
        let namespace: String
        let name: String
        private let hash: Int

        init(namespace: String, name: String) {
            (self.namespace, self.name) = (namespace, name)
            var hasher = Hasher()
            hasher.combine(namespace)
            hasher.combine(name)
            hash = hasher.finalize()
        }

        static func == (a: Key, b: Key) -> Bool { a.hash == b.hash && a.name == b.name && a.namespace == b.namespace }
        func hash(into hasher: inout Hasher) { hasher.combine(hash) }

        static func < (a: Key, b: Key) -> Bool {
            a.namespace == b.namespace ? a.name < b.name : a.namespace < b.namespace
        }
    }
}
