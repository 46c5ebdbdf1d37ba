import ClawBase
import ClawCluster
import ClawDocuments
import Testing

@Suite("Server-side apply holds for any configuration")
struct ApplyPropertyTests {
    @Test("applying twice is applying once", arguments: 0..<60)
    func idempotent(seed: Int) throws {
        var random = SeededNumbers(seed: UInt64(seed) + 1)
        var scene = Scene(schema: seed % 4 == 0 ? nil : thingSchema)
        for round in 0..<6 {
            let configuration = Self.randomThing(&random)
            let first = try scene.apply(configuration, as: "m\(round % 2)", force: true)
            let second = try scene.apply(configuration, as: "m\(round % 2)")
            #expect(second == first, "\(configuration)\n  once \(first)\n  twice \(second)")
        }
    }

    @Test("what one manager applied and gave up leaves the other's configuration", arguments: 0..<60)
    func restores(seed: Int) throws {
        var random = SeededNumbers(seed: UInt64(seed) + 1_000)
        var scene = Scene()
        let base = Self.randomThing(&random)
        let before = try scene.apply(base, as: "base")
        do {
            try scene.apply(Self.randomThing(&random), as: "guest")
        } catch {
            #expect(error.code == 409)
            #expect(scene.live == before, "a refused apply changes nothing")
            return
        }
        let after = try scene.apply("{}", as: "guest")
        #expect(Self.unordered(after) == Self.unordered(before))
    }

    @Test("every leaf of an applied configuration is owned by its applier, and by nobody with another value")
    func ownership() throws {
        for seed in 0..<40 {
            var random = SeededNumbers(seed: UInt64(seed) + 5_000)
            var scene = Scene()
            for round in 0..<5 {
                try scene.apply(Self.randomThing(&random), as: "m\(round % 3)", force: true)
                if round == 2 { scene.update(as: "upd") { $0["data"] = ["k0": .string("u\(seed)")] } }
            }
            let managed = ManagedFields(of: scene.live)
            #expect(managed.entries.values.allSatisfy { !$0.fields.isEmpty })
            // Everything that is set has an owner: applying nothing, by everyone, leaves nothing applied.
            scene.update(as: "upd") { $0["data"] = nil }
            for name in ["m0", "m1", "m2"] { try scene.apply("{}", as: name) }
            #expect(scene.live?["spec"]?.object?.isEmpty != false)
            #expect(scene.live?["data"]?.object?.isEmpty != false)
        }
    }

    /// An account that is empty is made up by comparing, as for any other write.
    @Test(
        "the account of a new object, made in one walk, is the one that comparing it with nothing gives",
        arguments: 0..<120)
    func creation(seed: Int) {
        var random = SeededNumbers(seed: UInt64(seed) + 9_000)
        let ignored: FieldSet = seed % 3 == 0 ? FieldSet(fields: ["data"]) : FieldSet()
        let fields = Scene(schema: seed % 4 == 0 ? nil : thingSchema, ignoring: ignored).fields
        for _ in 0..<6 {
            var new = Scene.thing(Self.randomThing(&random))
            if Bool.random(using: &random) { new["odd"] = ["a": [], "b": [:], "c": nil, "d": [["e": 1], 2]] }
            if Bool.random(using: &random) { new.modify("metadata") { $0?["generation"] = 1 } }
            if Bool.random(using: &random) {
                new.modify("spec") { $0?["containers"] = [["name": "a"], ["name": "a"], ["image": "i"]] }
            }
            if Bool.random(using: &random) { new.modify("spec") { $0?["strategy"] = nil } }
            var compared = new
            compared.modify("metadata") { $0?["managedFields"] = [] }
            let now = Timestamp(seconds: 1_700_000_000)
            let (quick, slow) = (
                fields.update(from: nil, to: new, manager: "m", at: now),
                fields.update(from: nil, to: compared, manager: "m", at: now)
            )
            // Byte for byte: the order of the members counts, too.
            #expect(quick.description == slow.description, "\(new)")
        }
    }

    /// Order of list elements and empty containers aside.
    static func unordered(_ object: JSONObject) -> JSON {
        var object = object
        object["metadata"]?["managedFields"] = nil
        return unordered(.object(object)) ?? [:]
    }

    private static func unordered(_ value: JSON) -> JSON? {
        switch value {
        case .object(let object):
            let members = object.compactMap { name, value in unordered(value).map { (name, $0) } }
            return members.isEmpty ? nil : .object(JSONObject(members))
        case .array(let items):
            let items = items.compactMap(unordered).sorted { String(decoding: $0.bytes(.canonical), as: UTF8.self) < String(decoding: $1.bytes(.canonical), as: UTF8.self) }
            return items.isEmpty ? nil : .array(items)
        default: return value
        }
    }

    // MARK: random configurations

    static func randomThing(_ random: inout SeededNumbers) -> String {
        var members: [String] = []
        func maybe(_ random: inout SeededNumbers, _ text: (inout SeededNumbers) -> String) {
            if Bool.random(using: &random) { members.append(text(&random)) }
        }
        maybe(&random) { #""data":\#(map(&$0))"# }
        maybe(&random) { #""spec":\#(spec(&$0))"# }
        maybe(&random) { #""metadata":{"labels":\#(map(&$0)),"finalizers":\#(names(&$0))}"# }
        return "{\(members.joined(separator: ","))}"
    }

    private static func spec(_ random: inout SeededNumbers) -> String {
        var members: [String] = []
        func maybe(_ random: inout SeededNumbers, _ text: (inout SeededNumbers) -> String) {
            if Int.random(in: 0..<3, using: &random) > 0 { members.append(text(&random)) }
        }
        maybe(&random) { #""replicas":\#(Int.random(in: 0..<3, using: &$0))"# }
        maybe(&random) { #""nodes":\#(map(&$0))"# }
        maybe(&random) { #""strategy":{"type":"t","rollingUpdate":{"maxSurge":\#(Int.random(in: 0..<2, using: &$0))}}"# }
        maybe(&random) { random in
            let containers = chosen(["a", "b", "c"], &random).map { name in
                let env = chosen(["E", "F"], &random).map { #"{"name":"\#($0)","value":"1"}"# }
                let extra = Bool.random(using: &random) ? #","image":"i\#(Int.random(in: 0..<2, using: &random))""# : ""
                return #"{"name":"\#(name)","env":[\#(env.joined(separator: ","))]\#(extra)}"#
            }
            return #""containers":[\#(containers.joined(separator: ","))]"#
        }
        maybe(&random) { random in
            let ports = chosen(["80", "81"], &random).map { #"{"port":\#($0)}"# }
            return #""ports":[\#(ports.joined(separator: ","))]"#
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func map(_ random: inout SeededNumbers) -> String {
        let members = chosen(["k0", "k1", "k2"], &random).map { #""\#($0)":"\#(Int.random(in: 0..<3, using: &random))""# }
        return "{\(members.joined(separator: ","))}"
    }

    private static func names(_ random: inout SeededNumbers) -> String {
        "[\(chosen(["x", "y", "z"], &random).map { #""\#($0)""# }.joined(separator: ","))]"
    }

    private static func chosen(_ names: [String], _ random: inout SeededNumbers) -> [String] {
        names.shuffled(using: &random).filter { _ in Bool.random(using: &random) }
    }
}
