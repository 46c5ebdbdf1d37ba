import ClawBase
import ClawCluster
import ClawDocuments
import Testing

@Suite("No patch brings the server down")
struct HostilePatchTests {
    static let names = [
        "metadata", "spec", "data", "containers", "env", "name", "ports", "port", "finalizers", "labels", "volumes",
        "nodes", "selector", "status", "conditions", "type", "$patch", "$retainKeys", "$setElementOrder/containers",
        "$setElementOrder/finalizers", "$deleteFromPrimitiveList/finalizers", "$setElementOrder/", "managedFields",
        "apiVersion", "kind", "op", "path", "from", "value", "fieldsV1", "f:spec", "k:{\"name\":\"a\"}", ".", "v:1",
        "operation", "manager", "fieldsType",
    ]
    static let texts = [
        "a", "b", "delete", "replace", "merge", "", "/spec/containers/0", "/spec/-", "/a~1b", "add", "remove", "move",
        "copy", "test", "Apply", "Update", "FieldsV1", "example.com/v1", "Thing", "-1",
    ]

    static func value(_ random: inout SeededNumbers, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return [.integer(80), .double(1.5), .integer(-1)].randomElement(using: &random) ?? 0
        case 3, 4: return .string(texts.randomElement(using: &random) ?? "")
        case 5, 6:
            return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default: return .object(members(&random, depth: depth))
        }
    }

    static func members(_ random: inout SeededNumbers, depth: Int) -> JSONObject {
        var object: JSONObject = [:]
        for _ in 0..<Int.random(in: 0..<5, using: &random) {
            object[names.randomElement(using: &random) ?? ""] = value(&random, depth: depth - 1)
        }
        return object
    }

    @Test("random patches on random objects are applied or refused", arguments: 0..<20)
    func random(seed: Int) throws {
        var random = SeededNumbers(seed: UInt64(seed) + 77)
        for _ in 0..<150 {
            var live = Self.members(&random, depth: 6)
            live["apiVersion"] = "example.com/v1"
            live["kind"] = "Thing"
            let patch = Self.value(&random, depth: 6)
            for type in PatchType.allCases {
                let result = try? Patch.apply(type, patch, to: live, schema: thingSchema, types: testTypes)
                if type == .merge { #expect((result != nil) == (patch.object != nil)) }
            }
            var configuration = patch.object ?? [:]
            configuration["apiVersion"] = "example.com/v1"
            configuration["kind"] = "Thing"
            for schema in [thingSchema, nil] {
                let fields = FieldManager(
                    types: testTypes, schema: schema, apiVersion: "example.com/v1", kind: "Thing")
                let now = Timestamp(seconds: 1)
                let applied = try? fields.apply(configuration, to: live, manager: "m", force: true, at: now)
                let updated = fields.update(from: applied ?? live, to: configuration, manager: "n", at: now)
                #expect(fields.update(from: updated, to: updated, manager: "n", at: now) == updated)
            }
        }
    }

    @Test("maps of very many members are merged and accounted for in time")
    func largeMaps() throws {
        func document(_ prefix: String) -> JSONObject {
            let members = (0..<15_000).map { "\"\(prefix)\($0)\":\"v\"" }.joined(separator: ",")
            return object(#"{"apiVersion":"example.com/v1","kind":"Thing","data":{\#(members)}}"#)
        }
        let (live, patch) = (document("a"), document("b"))
        let merged = try MergePatch.apply(.object(patch), to: live)
        #expect(merged["data"]?.object?.count == 30_000)
        let strategic = try Patch.apply(
            .strategicMerge, .object(patch), to: live, schema: thingSchema, types: testTypes)
        #expect(strategic["data"]?.object?.count == 30_000)
        let fields = FieldManager(
            types: testTypes, schema: thingSchema, apiVersion: "example.com/v1", kind: "Thing")
        let now = Timestamp(seconds: 1)
        let owned = fields.update(from: nil, to: live, manager: "one", at: now)
        let applied = try fields.apply(patch, to: owned, manager: "two", force: false, at: now)
        #expect(applied["data"]?.object?.count == 30_000)
        let error = #expect(throws: PatchError.self) {
            try fields.apply(document("c"), to: applied, manager: "three", force: false, at: now)
        }
        #expect(error?.code == 413)
    }
}
