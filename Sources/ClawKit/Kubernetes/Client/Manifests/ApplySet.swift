import Crypto

/// A set of applied objects that belong together, so that those no longer wanted can be told from those of others.
///
/// The set is known by a parent object, which remembers the kinds and namespaces to look in; members carry its id as a
/// label. Follows the ApplySet specification, as kubectl does (`KUBECTL_APPLYSET=true kubectl apply --prune
/// --applyset=…`): <https://git.k8s.io/enhancements/keps/sig-cli/3659-kubectl-apply-prune>
public struct ApplySet: Sendable, Hashable {
    /// The parent's kind.
    public let type: ResourceType
    /// nil for a parent of the whole cluster.
    public let namespace: String?
    public let name: String
    /// `name/version` of the tool that manages the set. A tool changes only sets of its own name.
    public let tooling: String

    /// - Parameter tooling: `kubectl/v1.37.1`, say, shares the set with kubectl.
    public init(
        parent type: ResourceType, _ name: String, in namespace: String?, tooling: String = Self.ownTooling
    ) {
        (self.type, self.name, self.tooling) = (type, name, tooling)
        self.namespace = type.isNamespaced ? namespace : nil
    }

    /// The parent is a Secret, made where it is missing: kubectl's default.
    public init(secret name: String, in namespace: String, tooling: String = Self.ownTooling) {
        self.init(parent: KubernetesSecret.type, name, in: namespace, tooling: tooling)
    }

    /// The parent is a ConfigMap, made where it is missing.
    public init(configMap name: String, in namespace: String, tooling: String = Self.ownTooling) {
        self.init(parent: ConfigMap.type, name, in: namespace, tooling: tooling)
    }

    public static let ownTooling = "clawkit/v1"

    /// The labels' value: a hash of name, namespace, kind and group.
    public var id: String {
        let text = [name, namespace ?? "", type.kind, type.group].joined(separator: ".")
        return "applyset-\(Base64URL.encode(SHA256.hash(data: Array(text.utf8))))-v1"
    }

    /// Who owns the parent's annotations.
    var fieldManager: String { "\(Self.toolName(tooling))-applyset" }

    /// Without the version, the part behind the last slash.
    static func toolName(_ tooling: String) -> String {
        guard let slash = tooling.lastIndex(of: "/") else { return tooling }
        return String(tooling[..<slash])
    }

    var isBuiltInParent: Bool { type.group.isEmpty && ["secrets", "configmaps"].contains(type.plural) }

    enum Label {
        static let id = "applyset.kubernetes.io/id"
        static let partOf = "applyset.kubernetes.io/part-of"
        static let isParentType = "applyset.kubernetes.io/is-parent-type"
    }

    enum Annotation {
        static let tooling = "applyset.kubernetes.io/tooling"
        static let kinds = "applyset.kubernetes.io/contains-group-kinds"
        static let namespaces = "applyset.kubernetes.io/additional-namespaces"
        /// What older tools wrote instead of kinds.
        static let resources = "applyset.kubernetes.io/contains-group-resources"
    }
}

extension RESTMapper {
    /// A set by its parent, as kubectl's `--applyset` names it: `configmaps/web`, `sets.example.com/web`, or the bare
    /// name of a Secret.
    /// - Throws: as ``resource(_:)``.
    public func applySet(
        _ text: String, in namespace: String?, tooling: String = ApplySet.ownTooling
    ) async throws -> ApplySet {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        let type = parts.count > 1 ? try await resource(parts[0]).type : KubernetesSecret.type
        guard let name = parts.last, !name.isEmpty else {
            throw Finding(.badName, "'\(text)' names no parent; write RESOURCE.GROUP/NAME.", field: text)
        }
        return ApplySet(parent: type, name, in: namespace, tooling: tooling)
    }
}

extension FindingCode {
    /// An ApplySet's parent cannot be used.
    public static let applySet = FindingCode(rawValue: "E_APPLY_SET")
}
