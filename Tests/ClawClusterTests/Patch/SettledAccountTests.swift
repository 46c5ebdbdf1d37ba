import ClawBase
@testable import ClawCluster
import ClawDocuments
import Testing

@Suite("Writes by which no field changes hands")
struct SettledAccountTests {
    @Test("their account, told from the entries as they stand, is the one made up as a whole", arguments: 0..<80)
    func sameAccount(seed: Int) throws {
        var random = SeededNumbers(seed: UInt64(seed) + 20_000)
        let ignored: FieldSet = seed % 3 == 0 ? FieldSet(fields: ["data"]) : FieldSet()
        var scene = Scene(schema: seed % 4 == 0 ? nil : thingSchema, ignoring: ignored)
        try scene.apply(ApplyPropertyTests.randomThing(&random), as: "m0", force: true)
        scene.update(as: "a") { $0["data"] = ["k0": "0", "k1": "0"] }
        for round in 0..<30 {
            let manager = ["a", "a", "a", "b", "m0"].randomElement(using: &random)!
            if round % 7 == 6 {
                try scene.apply(ApplyPropertyTests.randomThing(&random), as: manager, force: true)
                continue
            }
            let live = try #require(scene.live)
            var new = live
            Self.change(&new, &random)
            // Now and then within the same second.
            scene.now = scene.now + .seconds(Int.random(in: 0...1, using: &random))
            let fields = scene.fields
            let (old, object) = (live.withoutManagedFields, new.withoutManagedFields)
            let changes = fields.walker.changes(from: old, to: object, fields.schema)
            if changes.isEmpty { continue }
            let quick = fields.update(from: live, to: new, manager: manager, at: scene.now)
            let whole = fields.accounted(live, new, object, changes, manager, scene.now)
            #expect(quick.description == whole.description, "\(manager): \(live) to \(new)")
            scene.live = quick
        }
    }

    @Test("who sets again what he owns alone needs no new account; who adds a field does")
    func settles() throws {
        var scene = Scene()
        scene.update(as: "a") { $0["data"] = ["k": "1"] }
        func settled(_ data: JSON, as manager: String) -> [JSON]? {
            let live = scene.live ?? [:]
            var new = live
            new["data"] = data
            let changes = scene.fields.walker.changes(
                from: live.withoutManagedFields, to: new.withoutManagedFields, scene.fields.schema)
            return scene.fields.settled(live.managedFieldsList ?? [], changes, manager, scene.now + .seconds(5))
        }
        #expect(settled(["k": "2"], as: "a")?.count == 1)
        #expect(settled(["k": "2", "l": "1"], as: "a") == nil)
        #expect(settled(["k": "2"], as: "b") == nil)
        #expect(settled([:], as: "a") == nil)
    }

    @Test("a field that somebody else owns too is taken from him, though the writer owned it before")
    func shared() throws {
        var scene = Scene()
        scene.update(as: "a") { $0["data"] = ["k": "1", "l": "1"] }
        try scene.apply(#"{"data":{"k":"1"}}"#, as: "b")
        scene.update(as: "a") { $0["data"] = ["k": "2", "l": "1"] }
        #expect(scene.owned("b") == nil)
        #expect(scene.owned("a", "Update") == ["f:data": [".": [:], "f:k": [:], "f:l": [:]]])
    }

    /// Mostly sets what is there; sometimes adds or removes.
    private static func change(_ object: inout JSONObject, _ random: inout SeededNumbers) {
        let value = JSON.string("v\(Int.random(in: 0..<3, using: &random))")
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6: object.modify("data") { data in for key in ["k0", "k1"] where data?[key] != nil { data?[key] = value } }
        case 6: object["data"] = ["k0": value, "k1": value]
        case 7: object.modify("data") { $0?["k1"] = nil }
        case 8: object.modify("spec") { $0?["containers"] = [["name": "a", "image": value]] }
        default: object["data"] = nil
        }
    }
}
