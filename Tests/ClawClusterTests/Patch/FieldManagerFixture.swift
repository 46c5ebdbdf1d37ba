import ClawBase
import ClawCluster
import ClawDocuments
import Testing

/// One object of the test kind and the managers that write it.
struct Scene {
    var fields: FieldManager
    var live: JSONObject?
    var now = Timestamp(seconds: 1_700_000_000)

    init(
        schema: Schema? = thingSchema, subresource: String = "", ignoring ignored: FieldSet = FieldSet(),
        live: JSONObject? = nil
    ) {
        fields = FieldManager(
            types: testTypes, schema: schema, apiVersion: "example.com/v1", kind: "Thing", subresource: subresource,
            ignoredFields: ignored)
        self.live = live
    }

    /// A document of the kind with the given members.
    static func thing(_ members: String) -> JSONObject {
        var result: JSONObject = ["apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "t"]]
        for (name, value) in object(members) {
            if name == "metadata", let more = value.object {
                result.modify("metadata") { metadata in for (key, value) in more { metadata?[key] = value } }
            } else {
                result[name] = value
            }
        }
        return result
    }

    @discardableResult
    mutating func apply(
        _ members: String, as manager: String, force: Bool = false
    ) throws(PatchError) -> JSONObject {
        now = now + .seconds(60)
        let result = try fields.apply(Self.thing(members), to: live, manager: manager, force: force, at: now)
        live = result
        return result
    }

    @discardableResult
    mutating func update(as manager: String, _ change: (inout JSONObject) -> Void) -> JSONObject {
        now = now + .seconds(60)
        var new = live ?? Self.thing("{}")
        change(&new)
        let result = fields.update(from: live, to: new, manager: manager, at: now)
        live = result
        return result
    }

    /// A manager's `fieldsV1`.
    func owned(_ manager: String, _ operation: String = "Apply") -> JSON? { entry(manager, operation)?["fieldsV1"] }

    func time(_ manager: String, _ operation: String = "Apply") -> String? {
        entry(manager, operation)?["time"]?.string
    }

    private func entry(_ manager: String, _ operation: String) -> JSON? {
        live?["metadata"]?["managedFields"]?.array?.first {
            $0["manager"]?.string == manager && $0["operation"]?.string == operation
        }
    }

    func value(_ path: String) -> JSON? { JSON.object(live ?? [:]).value(at: path.split(separator: ".")) }
}

/// The same numbers for the same seed: property tests must fail again when run again.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
