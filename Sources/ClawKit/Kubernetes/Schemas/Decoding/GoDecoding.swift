package import ClawDocuments
import ClawModels

/// Holds a document against the types of its kind as Kubernetes' decoder does, and speaks as it does.
///
/// One walk over the document; places are written out only where something is wrong.
package struct GoDecoding {
    /// The first value of a wrong type, in the words of Go's decoder.
    package private(set) var problem: String?
    /// Where members stand that the kind does not have: `spec.containers[0].prots`.
    package private(set) var unknown: [String] = []
    /// Whether a member says nothing but zero, and is as good as absent.
    package private(set) var hasZeros = false

    package static func inspect(_ object: JSONObject, as type: String) -> GoDecoding {
        var decoding = GoDecoding()
        if let schema = SchemaTable.kubernetes[type] {
            decoding.walk(object, schema, .root)
        }
        return decoding
    }

    private mutating func walk(_ object: JSONObject, _ schema: Schema, _ path: FieldPath) {
        // A type without fields takes anything (RawExtension, JSON).
        guard !schema.fields.isEmpty else { return }
        object.forEachMember { key, value in
            if problem != nil { return }
            guard let field = schema[key] else { return unknown.append("\(FieldPath.member(path, key.name))") }
            if field.omitsZero, value.isZero { hasZeros = true }
            walk(value, field.type, Place(schema: schema, field: field, parent: path, step: .member(key.name)))
        }
    }

    private mutating func walk(_ value: JSON, _ type: Schema.FieldType, _ place: Place) {
        switch (type, value) {
        case (_, .null), (.any, _), (.string, .string), (.bool, .bool), (.number, .integer), (.number, .double),
            (.intOrString, .string):
            break
        case (.integer, .integer(let number)):
            if place.field.isInt32, Int32(exactly: number) == nil { mismatch("number \(number)", type, place) }
        case (.intOrString, .integer(let number)):
            if Int32(exactly: number) == nil {
                problem = "json: cannot unmarshal number \(number) into Go value of type int32"
            }
        case (.integer, .double) where value.integer != nil: break
        case (.bytes, .string(let text)):
            if let offset = GoText64.corruption(in: text) { problem = "illegal base64 data at input byte \(offset)" }
        case (.time, .string(let text)): problem = GoTime.problem(with: text, isMicro: false)
        case (.microTime, .string(let text)): problem = GoTime.problem(with: text, isMicro: true)
        case (.quantity, .string(let text)): problem = GoQuantity.problem(with: text)
        case (.quantity, .integer), (.quantity, .double): break
        case (.quantity, _): problem = GoQuantity.malformed
        case (.object(let name), .object(let object)):
            if let schema = SchemaTable.kubernetes[name] { walk(object, schema, place.path) }
        case (.object(let name), _) where SchemaTable.kubernetes[name]?.fields.isEmpty ?? true: break
        case (.list(let element), .array(let elements)):
            let path = place.path
            for (index, member) in elements.enumerated() where problem == nil {
                walk(member, element, Place(schema: place.schema, field: place.field, parent: path, step: .index(index)))
            }
        case (.map(let element), .object(let members)):
            let path = place.path
            for (name, member) in members where problem == nil {
                walk(member, element, Place(schema: place.schema, field: place.field, parent: path, step: .key(name)))
            }
        case (.intOrString, _): problem = "json: cannot unmarshal \(Self.kind(value)) into Go value of type int32"
        default: mismatch(Self.kind(value), type, place)
        }
    }

    private mutating func mismatch(_ found: String, _ type: Schema.FieldType, _ place: Place) {
        problem =
            "json: cannot unmarshal \(found) into Go struct field \(place.goName) of type "
            + GoTypes.name(type, isInt32: place.field.isInt32)
    }

    private static func kind(_ value: JSON) -> String {
        if case .double(let number) = value { return "number \(number)" }
        return GoText.kind(of: value)
    }

    /// A field of a type, and where in the document it stands.
    package struct Place {
        package let schema: Schema
        package let field: Schema.Field
        package let parent: FieldPath
        package let step: Step

        package enum Step {
            case member(String), index(Int), key(String)
        }

        /// Put together only where something stands below, or is wrong.
        package var path: FieldPath {
            switch step {
            case .member(let name): .member(parent, name)
            case .index(let index): .index(parent, index)
            case .key(let name): .key(parent, name)
            }
        }

        /// `ExecAction.spec.containers.startupProbe.ProbeHandler.exec.command`: the type, then the way to the field with
        /// the types that are embedded on it.
        package var goName: String {
            "\(GoTypes.shortName(schema.name)).\(GoTypes.names(on: path).joined(separator: "."))"
        }
    }
}

extension JSON {
    /// 0, false, or an empty text.
    package var isZero: Bool {
        switch self {
        case .integer(let number): number == 0
        case .double(let number): number == 0
        case .bool(let value): !value
        case .string(let text): text.isEmpty
        case .null, .array, .object: false
        }
    }
}
