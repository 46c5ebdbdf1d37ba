import ClawBase
import ClawCustomResources
import ClawDocuments
import ClawResources

/// What a request says of a runtime's rest: `{idle?, wake?, checkpoint?}`, each with the members that the spec has, as a JSON
/// merge patch (<https://www.rfc-editor.org/rfc/rfc7396>): null takes a member back.
struct RestWords: Sendable, Hashable {
    static let names: Set<String> = ["idle", "wake", "checkpoint"]

    let patch: JSONObject

    /// - Throws: ``Finding`` (`E_BAD_REQUEST`) that names a member nobody knows, or that is no object.
    init(_ fields: BodyFields) throws(Finding) {
        var patch = JSONObject()
        for name in Self.names.sorted() {
            guard let value = fields.object[name] else { continue }
            if !value.isNull { try Self.check(value, Self.members(name), "\(name)") }
            if let update = value["beforeUpdate"], !update.isNull {
                try Self.check(update, UpdateCheckpoint.properties, "\(name).beforeUpdate")
            }
            patch[FieldKey(name)] = value
        }
        self.patch = patch
    }

    /// - Parameter text: as ``text`` wrote it.
    init?(_ text: String?) {
        guard let text, let json = try? JSONParser.parse(Array(text.utf8)), let object = json.object else { return nil }
        patch = object
    }

    /// For the journal of operations; nil where nothing is said.
    var text: String? { patch.isEmpty ? nil : JSON.object(patch).description }

    func write(to spec: inout RuntimeSpec) { spec.document = Self.merged(patch, into: spec.document) }

    /// - Throws: ``Finding`` (`E_SCHEDULE`) where the hours make no sense with these words.
    func check(on spec: RuntimeSpec) throws(Finding) {
        var spec = spec
        write(to: &spec)
        if let idle = spec.idle { _ = try SleepingHours(idle) }
    }

    private static func members(_ name: String) -> [Property] {
        switch name {
        case "idle": RuntimeIdle.properties
        case "wake": RuntimeWake.properties
        default: RuntimeCheckpoint.properties
        }
    }

    private static func check(_ value: JSON, _ members: [Property], _ place: String) throws(Finding) {
        guard let object = value.object else {
            throw Finding(.badRequest, "'\(place)' is \(value.typeName); give it as an object, or null.", field: place)
        }
        _ = try BodyFields(object, known: Set(members.map(\.name)), path: "\(place).")
    }

    private static func merged(_ patch: JSONObject, into object: JSONObject) -> JSONObject {
        var object = object
        for (name, value) in patch {
            let key = FieldKey(name)
            switch value {
            case .null: object[key] = nil
            case .object(let inner): object[key] = .object(merged(inner, into: object[key]?.object ?? JSONObject()))
            default: object[key] = value
            }
        }
        return object
    }
}
