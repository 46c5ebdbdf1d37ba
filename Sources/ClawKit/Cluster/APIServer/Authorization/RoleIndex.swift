import ClawDocuments
import Synchronization

/// Roles and bindings as the authorizer needs them: by subject. Follows the store's log of changes, so a decision
/// always knows every write acknowledged before it, and costs nothing for the bindings of others.
final class RoleIndex: Sendable {
    enum Subject: Hashable, Sendable {
        case user(String)
        case group(String)
    }

    struct Binding: Sendable {
        struct SubjectReference: Sendable {
            let subject: Subject
            /// `User "ann"`, as reasons name it.
            let text: String
        }
        let key: ObjectStore.Key
        let roleKind: String
        let roleName: String
        let subjects: [SubjectReference]

        /// Where the role is to be found.
        var role: ObjectStore.Key {
            ObjectStore.Key(namespace: roleKind == "Role" ? key.namespace : "", name: roleName)
        }
    }

    /// Cluster-wide roles and bindings have an empty namespace.
    struct Contents {
        fileprivate(set) var roles: [ObjectStore.Key: [AccessRule]] = [:]
        fileprivate(set) var bindings: [ObjectStore.Key: Binding] = [:]
        fileprivate var bySubject: [Subject: [String: Set<String>]] = [:]
        fileprivate var seen: [ObjectStore.Collection: UInt64] = [:]
        fileprivate var revision: UInt64 = 0
    }

    private let contents = Mutex(Contents())
    private let store: ObjectStore

    init(_ store: ObjectStore) { self.store = store }

    static let group = "rbac.authorization.k8s.io"
    private static let collections = ["clusterroles", "roles", "clusterrolebindings", "rolebindings"].map {
        ObjectStore.Collection(group: group, plural: $0)
    }

    /// Reads the present state.
    func read<R>(_ body: (Contents) -> R) -> R {
        contents.withLock { contents in
            let now = store.revision
            if now != contents.revision {
                for collection in Self.collections { contents.follow(collection, store) }
                contents.revision = now
            }
            return body(contents)
        }
    }
}

extension RoleIndex.Contents {
    /// The bindings that apply to a user: cluster-wide ones first, then the namespace's.
    func bindings(of user: UserInfo, in namespace: String) -> [RoleIndex.Binding] {
        let subjects = [.user(user.name)] + user.groups.map(RoleIndex.Subject.group)
        var found: [RoleIndex.Binding] = []
        for place in namespace.isEmpty ? [""] : ["", namespace] {
            var names: Set<String> = []
            for subject in subjects { if let more = bySubject[subject]?[place] { names.formUnion(more) } }
            found += names.sorted().compactMap { bindings[ObjectStore.Key(namespace: place, name: $0)] }
        }
        return found
    }

    fileprivate mutating func follow(_ collection: ObjectStore.Collection, _ store: ObjectStore) {
        while let read = store.readLog(collection, after: seen[collection] ?? 0) {
            switch read {
            case .events(let events, _):
                for event in events {
                    set(event.key, event.change == .deleted ? nil : event.object, collection)
                    seen[collection] = event.revision
                }
            case .expired:
                let isClusterWide = collection.plural.hasPrefix("cluster")
                let known = collection.plural.hasSuffix("bindings") ? Array(bindings.keys) : Array(roles.keys)
                for key in known where key.namespace.isEmpty == isClusterWide { set(key, nil, collection) }
                let (objects, revision) = store.list(collection, namespace: nil)
                for object in objects { set(ObjectStore.Key(object: object), object, collection) }
                seen[collection] = revision
            case .closed: return
            }
        }
    }

    private mutating func set(_ key: ObjectStore.Key, _ object: JSONObject?, _ collection: ObjectStore.Collection) {
        guard collection.plural.hasSuffix("bindings") else {
            roles[key] = object.map { ($0["rules"]?.array ?? []).map(AccessRule.init) }
            return
        }
        for reference in bindings[key]?.subjects ?? [] {
            bySubject[reference.subject]?[key.namespace]?.remove(key.name)
            if bySubject[reference.subject]?[key.namespace]?.isEmpty == true {
                bySubject[reference.subject]?[key.namespace] = nil
            }
            if bySubject[reference.subject]?.isEmpty == true { bySubject[reference.subject] = nil }
        }
        bindings[key] = object.map { RoleIndex.Binding(key: key, $0) }
        for reference in bindings[key]?.subjects ?? [] {
            bySubject[reference.subject, default: [:]][key.namespace, default: []].insert(key.name)
        }
    }
}

extension RoleIndex.Binding {
    fileprivate init(key: ObjectStore.Key, _ object: JSONObject) {
        self.key = key
        roleKind = object["roleRef"]?["kind"]?.string ?? ""
        roleName = object["roleRef"]?["name"]?.string ?? ""
        subjects = (object["subjects"]?.array ?? []).compactMap { subject in
            let name = subject["name"]?.string ?? ""
            switch subject["kind"]?.string {
            case "User": return SubjectReference(subject: .user(name), text: "User \"\(name)\"")
            case "Group": return SubjectReference(subject: .group(name), text: "Group \"\(name)\"")
            case "ServiceAccount":
                let own = subject["namespace"]?.string ?? ""
                let namespace = own.isEmpty ? key.namespace : own
                guard !namespace.isEmpty else { return nil }
                return SubjectReference(
                    subject: .user(ServiceAccountName(namespace: namespace, name: name).userName),
                    text: "ServiceAccount \"\(name)/\(namespace)\"")
            default: return nil
            }
        }
    }
}
