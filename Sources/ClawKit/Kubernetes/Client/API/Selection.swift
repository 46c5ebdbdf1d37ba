import ClawBase

/// Which objects a list, watch or deleteCollection means.
public struct Selection: Sendable, Hashable {
    /// `app=web,tier in (a,b)`: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>
    public var labelSelector: String?
    /// `metadata.name=web`, `spec.nodeName=…` where the kind supports it.
    public var fieldSelector: String?
    private var unusable: Finding?

    public static let all = Selection()

    /// - Parameter labels: what the labels must equal. One that could not be a label makes the verbs throw, lest it
    ///   be read as something else (`"a,b!=c"`).
    public init(labels: [String: String] = [:], labelSelector: String? = nil, fieldSelector: String? = nil) {
        let equalities = labels.sorted { $0.key < $1.key }.map { LabelQuery.equal($0.key, $0.value) }
        let query = LabelQuery(requirements: equalities.flatMap(\.requirements))
        let parts = (labels.isEmpty ? [] : [query.description]) + (labelSelector.map { [$0] } ?? [])
        self.labelSelector = parts.isEmpty ? nil : parts.joined(separator: ",")
        self.fieldSelector = fieldSelector
        unusable = query.problem
    }

    /// `.init(.equal("app", "web") && .exists("tier"))`
    public init(_ labels: LabelQuery, fieldSelector: String? = nil) {
        self.init(labelSelector: labels.requirements.isEmpty ? nil : labels.description, fieldSelector: fieldSelector)
        unusable = labels.problem
    }

    /// The one object of a name.
    public static func named(_ name: String) -> Selection {
        var value = ""
        for character in name {
            if ["\\", ",", "="].contains(character) { value.append("\\") }
            value.append(character)
        }
        return Selection(fieldSelector: "metadata.name=\(value)")
    }

    /// - Throws: ``Finding`` with ``FindingCode/badRequest``: a label's name or value that could not be one.
    func add(to query: inout QueryParameters) throws {
        if let unusable { throw unusable }
        if let labelSelector { query["labelSelector"] = labelSelector }
        if let fieldSelector { query["fieldSelector"] = fieldSelector }
    }
}
