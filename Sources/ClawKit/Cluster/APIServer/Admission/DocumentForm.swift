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

    func settled(_ object: JSONObject, _ schema: Schema, from old: JSONObject? = nil) -> JSONObject {
        changed(object, schema, from: old) ?? object
    }

    /// nil where the object has its form already.
    private func changed(_ object: JSONObject, _ schema: Schema, from old: JSONObject? = nil) -> JSONObject? {
        var result: JSONObject?
        func set(_ key: FieldKey, _ value: JSON?) {
            var changed = result ?? object
            result = nil
            changed[key] = value
            result = changed
        }
        object.forEachMember { key, found in
            guard let field = schema[key], field.type.hasForm || found.isNull else { return }
            if case .object(let part) = found, let known = old?[key]?.object, part.isIdentical(to: known) { return }
            switch outcome(found, field) {
            case .same: break
            case .leftOut: set(key, .none)
            case .other(let value): set(key, .some(value))
            }
        }
        for (key, field) in schema.alwaysPresent where !object.has(key) {
            if case .other(let value) = outcome(nil, field) { set(key, .some(value)) }
        }
        guard let form = Self.special[ObjectIdentifier(schema)] else { return result }
        // A missing selector selects nothing, an empty one everything: here absence is kept.
        if form.hasOptionalSelector, !object.has("selector"), result?.has("selector") == true { set("selector", .none) }
        for (key, zero) in form.written where (result ?? object)[key] == nil { set(key, .some(zero)) }
        return result
    }

    /// What no rule of the field tables says of a type.
    private struct Special {
        var hasOptionalSelector = false
        /// Members that the API's description calls optional and that its documents never lack.
        var written: [(FieldKey, JSON)] = []
    }

    private static let special: [ObjectIdentifier: Special] = {
        var special: [ObjectIdentifier: Special] = [:]
        for name in withOptionalSelector {
            guard let schema = SchemaTable.kubernetes[name] else { continue }
            special[ObjectIdentifier(schema), default: Special()].hasOptionalSelector = true
        }
        for (name, written) in alwaysWritten {
            guard let schema = SchemaTable.kubernetes[name] else { continue }
            special[ObjectIdentifier(schema), default: Special()].written = written
        }
        return special
    }()

    private static let withOptionalSelector: Set<String> = [
        "io.k8s.api.apps.v1.DeploymentSpec", "io.k8s.api.apps.v1.ReplicaSetSpec", "io.k8s.api.apps.v1.StatefulSetSpec",
        "io.k8s.api.apps.v1.DaemonSetSpec",
    ]

    private static let alwaysWritten: [String: [(FieldKey, JSON)]] = [
        "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus": [("currentMetrics", .null)],
        "io.k8s.api.events.v1.Event": [("deprecatedFirstTimestamp", .null), ("deprecatedLastTimestamp", .null)],
        "io.k8s.api.core.v1.Event": [("eventTime", .null), ("firstTimestamp", .null), ("lastTimestamp", .null)],
        "io.k8s.api.core.v1.ResourceFieldSelector": [("divisor", "0")],
        "io.k8s.api.discovery.v1.EndpointSlice": [("endpoints", .null), ("ports", .null)],
    ]

    /// What becomes of a member.
    private enum Outcome {
        case same, leftOut
        case other(JSON)
    }

    private func outcome(_ value: JSON?, _ field: Schema.Field) -> Outcome {
        switch (field.type, value) {
        // Open values keep even their nulls.
        case (.any, .some): .same
        case (_, nil): field.isAlwaysPresent ? .other(zero(field.type)) : .same
        case (_, .null?):
            if field.isAlwaysPresent {
                if case .null = zero(field.type) { .same } else { .other(zero(field.type)) }
            } else {
                .leftOut
            }
        case (.list, .array(let items)?) where items.isEmpty: field.isAlwaysPresent ? .same : .leftOut
        case (.map, .object(let members)?) where members.isEmpty: field.isAlwaysPresent ? .same : .leftOut
        case (let type, let value?): changed(value, type).map(Outcome.other) ?? .same
        }
    }

    /// nil for what has its form already.
    private func changed(_ value: JSON, _ type: Schema.FieldType) -> JSON? {
        switch (type, value) {
        case (.object(let name), .object(let object)):
            return types[name].flatMap { changed(object, $0) }.map(JSON.object)
        case (.list(.object(let name)), .array(let items)):
            guard let schema = types[name] else { return nil }
            var result: [JSON]?
            for (index, item) in items.enumerated() {
                guard case .object(let object) = item, let changed = changed(object, schema) else { continue }
                var list = result ?? items
                result = nil
                list[index] = .object(changed)
                result = list
            }
            return result.map(JSON.array)
        case (.map(.object(let name)), .object(let members)):
            guard let schema = types[name] else { return nil }
            var result: JSONObject?
            for (key, member) in members {
                guard case .object(let object) = member, let changed = changed(object, schema) else { continue }
                var map = result ?? members
                map[key] = .object(changed)
                result = map
            }
            return result.map(JSON.object)
        default: return nil
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
