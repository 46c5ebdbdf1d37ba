import ClawDocuments
import ClawSchemas

/// A pod, or a template's pod, as the checks of pod security look at it.
struct JudgedPod {
    let annotations: Field
    let spec: Field
    /// Init containers, containers and debug containers, in this order.
    let containers: [Field]

    /// nil where there is no spec.
    init?(_ annotations: JSON?, _ spec: JSON?) {
        guard case .object? = spec else { return nil }
        self.annotations = Field(.root, annotations)
        self.spec = Field(.root, spec)
        containers = ["initContainers", "containers", "ephemeralContainers"].flatMap { [spec = self.spec] in spec[$0].items }
    }

    var isWindows: Bool { spec["os"]["name"].string == "windows" }
    /// Root in a user namespace is nobody outside of it (KEP-127).
    var hasUserNamespace: Bool { spec["hostUsers"].value?.bool == false }
    var context: Field { spec["securityContext"] }

    /// The names of the containers whose security context is so.
    func containers(where isSo: (Field) -> Bool) -> [String] {
        containers.filter { isSo($0["securityContext"]) }.map { $0["name"].string }
    }
}

/// How the checks word what they find.
enum PodSecurityWords {
    static func quoted(_ names: some Sequence<String>) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }

    static func count(_ count: Int, _ one: String, _ many: String) -> String { count == 1 ? one : many }

    /// `container "a"`, `containers "a", "b"`.
    static func containers(_ names: [String]) -> String {
        "\(count(names.count, "container", "containers")) \(quoted(names))"
    }

    /// Who set it: `pod and container "a"`.
    static func setters(pod: Bool, _ names: [String]) -> String? {
        let parts = (pod ? ["pod"] : []) + (names.isEmpty ? [] : [containers(names)])
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }
}
