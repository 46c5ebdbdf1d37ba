import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources

/// What a request says of a project beside its members; what it leaves out stays as it is, null takes it away.
struct ProjectSettings: Sendable {
    static let fields: Set<String> = ["displayName", "quota", "containerDefaults", "security", "network"]
    /// Those by which a project could take what is not its own: for administrators.
    static let reserved = fields.subtracting(["displayName"])

    private let wishes: [(name: String, value: JSON)]
    /// nil where nothing is said of it.
    let quota: [String: Quantity]?

    /// - Throws: ``Finding`` (`E_BAD_REQUEST`) with the field's path.
    init(_ fields: BodyFields) throws(Finding) {
        var wishes: [(String, JSON)] = []
        for name in Self.fields.sorted() {
            guard let value = fields.object[name] else { continue }
            if !value.isNull { try Self.check(name, value, fields) }
            wishes.append((name, value))
        }
        self.wishes = wishes
        quota = fields.object["quota"] == nil ? nil : try fields.optionalAmounts("quota") ?? [:]
    }

    var isEmpty: Bool { wishes.isEmpty }
    /// The first that only an administrator may set.
    var reserved: String? { wishes.first { Self.reserved.contains($0.name) }?.name }

    func apply(to project: inout Project) {
        for (name, value) in wishes { project.spec.document[name] = value.isNull ? .none : .some(value) }
    }

    // MARK: checking

    private static func check(_ name: String, _ value: JSON, _ all: BodyFields) throws(Finding) {
        switch name {
        case "displayName": _ = try all.optionalString(name)
        case "quota": break
        case "containerDefaults":
            let fields = try BodyFields(try object(value, name), known: ["requests", "limits"], path: "\(name).")
            for part in fields.object.names { _ = try fields.optionalAmounts(part) }
        case "security": _ = try word(value, name, of: PodSecurity.self)
        default:
            let fields = try BodyFields(
                try object(value, name), known: ["isolation", "egress", "ingressFrom"], path: "\(name).")
            if let isolation = fields.object["isolation"] {
                try word(isolation, "\(name).isolation", of: ProjectNetwork.Isolation.self)
            }
            if let egress = fields.object["egress"] {
                try word(egress, "\(name).egress", of: ProjectNetwork.Egress.self)
            }
            for namespace in try fields.optionalStrings("ingressFrom") ?? [] {
                _ = try DNSLabel(namespace, field: "\(name).ingressFrom")
            }
        }
    }

    private static func object(_ value: JSON, _ path: String) throws(Finding) -> JSONObject {
        guard let object = value.object else { throw wrong(path, value, "an object") }
        return object
    }

    @discardableResult
    private static func word<E: SchemaEnum>(_ value: JSON, _ path: String, of type: E.Type) throws(Finding) -> E {
        guard let word = value.string.flatMap(E.init(rawValue:)) else {
            let words = E.allCases.map(\.rawValue).joined(separator: ", ")
            throw Finding(.badRequest, "'\(path)' is none of \(words).", field: path)
        }
        return word
    }

    private static func wrong(_ path: String, _ value: JSON, _ type: String) -> Finding {
        Finding(.badRequest, "'\(path)' is \(value.typeName); give it as \(type).", field: path)
    }
}
