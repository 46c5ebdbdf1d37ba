import ClawDocuments
import ClawModels
import ClawSchemas

/// The form in which Kubernetes keeps its own kinds: members that say nothing (empty lists and maps, nulls) are left
/// out, members that its documents never lack stand there, if only as their zero value.
///
/// Which is which follows from the Go types behind the API (`omitempty`), and stands in the field tables.
struct DocumentForm {
    private var types: SchemaTable { .kubernetes }

    /// - Parameter old: the object as it is kept: what of it is in the new one has its form.
    func settled(_ object: JSONObject, as type: String, from old: JSONObject? = nil) -> JSONObject {
        types[type].map { settled(object, $0, from: old) } ?? object
    }

    private func settled(_ object: JSONObject, _ schema: Schema, from old: JSONObject? = nil) -> JSONObject {
        var result = object
        object.forEachMember { key, found in
            guard let field = schema[key], field.type.hasForm || found.isNull else { return }
            if case .object(let part) = found, let known = old?[key]?.object, part.isIdentical(to: known) { return }
            let settled = settled(found, field)
            if settled != found { result[key] = settled }
        }
        for (key, field) in Self.neverAbsent[schema.name] ?? [] where object[key] == nil { result[key] = zero(field.type) }
        // A missing selector selects nothing, an empty one everything: here absence is kept.
        if object["selector"] == nil, result["selector"] != nil, Self.withOptionalSelector.contains(schema.name) {
            result["selector"] = nil
        }
        for (name, zero) in Self.alwaysWritten[schema.name] ?? [] where result[name] == nil { result[name] = zero }
        return result
    }

    /// For each type the members that its documents never lack, so that only those are looked for.
    private static let neverAbsent: [String: [(FieldKey, Schema.Field)]] = {
        var members: [String: [(FieldKey, Schema.Field)]] = [:]
        for name in SchemaTable.kubernetes.names {
            let found = (SchemaTable.kubernetes[name]?.fields ?? []).filter(\.isAlwaysPresent)
            if !found.isEmpty { members[name] = found.map { (FieldKey($0.name), $0) } }
        }
        return members
    }()

    private static let withOptionalSelector: Set<String> = [
        "io.k8s.api.apps.v1.DeploymentSpec", "io.k8s.api.apps.v1.ReplicaSetSpec", "io.k8s.api.apps.v1.StatefulSetSpec",
        "io.k8s.api.apps.v1.DaemonSetSpec",
    ]

    /// Members that the API's description calls optional and that its documents never lack.
    private static let alwaysWritten: [String: [(String, JSON)]] = [
        "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus": [("currentMetrics", .null)],
        "io.k8s.api.events.v1.Event": [("deprecatedFirstTimestamp", .null), ("deprecatedLastTimestamp", .null)],
        "io.k8s.api.core.v1.Event": [("eventTime", .null), ("firstTimestamp", .null), ("lastTimestamp", .null)],
        "io.k8s.api.core.v1.ResourceFieldSelector": [("divisor", "0")],
        "io.k8s.api.discovery.v1.EndpointSlice": [("endpoints", .null), ("ports", .null)],
    ]

    /// `nil` alone would be JSON's null here.
    private static let leftOut: JSON? = .none

    /// The member's value; nil where it is left out.
    private func settled(_ value: JSON?, _ field: Schema.Field) -> JSON? {
        switch (field.type, value) {
        // Open values keep even their nulls.
        case (.any, let value?): value
        case (_, nil), (_, .null?): field.isAlwaysPresent ? zero(field.type) : Self.leftOut
        case (.list, .array(let items)?) where items.isEmpty: field.isAlwaysPresent ? .array([]) : Self.leftOut
        case (.map, .object(let members)?) where members.isEmpty: field.isAlwaysPresent ? .object(members) : Self.leftOut
        case (let type, let value?): settled(value, type)
        }
    }

    private func settled(_ value: JSON, _ type: Schema.FieldType) -> JSON {
        switch (type, value) {
        case (.object(let name), .object(let object)): types[name].map { .object(settled(object, $0)) } ?? value
        case (.list(.object(let name)), .array(let items)): .array(items.map { settled($0, .object(name)) })
        case (.map(.object(let name)), .object(let members)):
            .object(JSONObject(members.map { ($0, settled($1, .object(name))) }))
        default: value
        }
    }

    private func zero(_ type: Schema.FieldType) -> JSON {
        switch type {
        case .string: ""
        case .integer, .number, .intOrString: 0
        case .bool: false
        case .quantity: "0"
        case .object(let name): .object(settled(JSONObject(), as: name))
        case .any, .time, .microTime, .bytes, .list, .map: .null
        }
    }
}

/// What Go's decoder makes of a document: members that are zero, and are left out where they are, were never there.
extension DocumentForm {
    func withoutZeros(_ object: JSONObject, as type: String) -> JSONObject {
        types[type].map { withoutZeros(object, $0) } ?? object
    }

    private func withoutZeros(_ object: JSONObject, _ schema: Schema) -> JSONObject {
        var result = object
        for (name, value) in object {
            guard let field = schema[name] else { continue }
            if field.omitsZero, value.isZero {
                result[name] = nil
            } else if let reduced = withoutZeros(value, field.type) {
                result[name] = reduced
            }
        }
        return result
    }

    /// nil for what holds no members of a known type.
    private func withoutZeros(_ value: JSON, _ type: Schema.FieldType) -> JSON? {
        switch (type, value) {
        case (.object(let name), .object(let object)): types[name].map { .object(withoutZeros(object, $0)) }
        case (.list(.object(let name)), .array(let items)):
            .array(items.map { withoutZeros($0, .object(name)) ?? $0 })
        case (.map(.object(let name)), .object(let members)):
            .object(JSONObject(members.map { ($0, withoutZeros($1, .object(name)) ?? $1) }))
        default: nil
        }
    }
}

extension Schema.FieldType {
    /// Whether a value that is no null may be kept in another form than it came.
    fileprivate var hasForm: Bool {
        switch self {
        case .object, .list, .map: true
        default: false
        }
    }
}
