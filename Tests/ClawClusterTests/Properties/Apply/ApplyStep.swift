import ClawDocuments

/// One step of a random history of writers of one object.
enum ApplyStep: Sendable {
    case apply(String, manager: String, force: Bool)
    case update(Edit, manager: String)

    enum Edit: Sendable {
        case replicas(Int?)
        case data(String, String?)
        case image(String, String?)
        case removeContainer(String)
        case finalizers([String])
        case nodes([String: String])
        case surge(Int)
    }

    static func history(seed: Int, length: Int) -> [ApplyStep] {
        var random = SeededNumbers(seed: UInt64(seed) + 4_242)
        return (0..<length).map { _ in draw(&random) }
    }

    private static func draw(_ random: inout SeededNumbers) -> ApplyStep {
        func upTo(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        if upTo(4) > 0 {
            let text = upTo(8) == 0 ? "{}" : configuration(&random)
            return .apply(text, manager: "m\(upTo(3))", force: upTo(3) == 0)
        }
        let (name, value) = (["a", "b", "c"][upTo(3)], upTo(3))
        let edit: Edit =
            switch upTo(7) {
            case 0: .replicas(value == 0 ? nil : value)
            case 1: .data("k\(upTo(3))", value == 0 ? nil : "\(value)")
            case 2: .image(name, value == 0 ? nil : "i\(value)")
            case 3: .removeContainer(name)
            case 4: .finalizers(["x", "y", "z"].filter { _ in Bool.random(using: &random) })
            case 5: .nodes(["n": "\(value)"])
            default: .surge(value)
            }
        return .update(edit, manager: "u\(upTo(2))")
    }

    /// Values are few, so that two managers often want the same.
    private static func configuration(_ random: inout SeededNumbers) -> String {
        func chance() -> Bool { Bool.random(using: &random) }
        func upTo(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        func some(_ names: [String]) -> [String] { names.shuffled(using: &random).filter { _ in Bool.random(using: &random) } }
        func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }
        func object(_ members: [String]) -> String { "{\(members.joined(separator: ","))}" }
        func map(_ names: [String]) -> String? {
            let members = some(names).map { #""\#($0)":"\#(1 + upTo(2))""# }
            return members.isEmpty ? nil : object(members)
        }
        var (spec, metadata, all): ([String], [String], [String]) = ([], [], [])
        if chance() { spec.append(#""replicas":\#(1 + upTo(2))"#) }
        if chance() { spec.append(#""paused":\#(chance())"#) }
        if chance(), let nodes = map(["n", "o"]) { spec.append(#""nodes":\#(nodes)"#) }
        if chance(), let labels = map(["l"]) { spec.append(#""selector":{"matchLabels":\#(labels)}"#) }
        if chance() { spec.append(#""strategy":{"type":"t","rollingUpdate":{"maxSurge":\#(upTo(2))}}"#) }
        let ports = some(["80", "81"]).map { port in
            #"{"port":\#(port)\#(chance() ? #","protocol":"TCP""# : "")\#(chance() ? #","name":"p\#(upTo(2))""# : "")}"#
        }
        if !ports.isEmpty { spec.append(#""ports":\#(list(ports))"#) }
        let containers = some(["a", "b", "c"]).map { name in
            let env = some(["E", "F"]).map { #"{"name":"\#($0)","value":"\#(1 + upTo(2))"}"# }
            return #"{"name":"\#(name)""# + (chance() ? #","image":"i\#(1 + upTo(2))""# : "")
                + (chance() ? #","args":["\#(upTo(2))"]"# : "") + (env.isEmpty ? "" : #","env":\#(list(env))"#) + "}"
        }
        if !containers.isEmpty { spec.append(#""containers":\#(list(containers))"#) }
        if !spec.isEmpty { all.append(#""spec":\#(object(spec))"#) }
        if let data = map(["k0", "k1", "k2"]) { all.append(#""data":\#(data)"#) }
        if let labels = map(["l0", "l1"]) { metadata.append(#""labels":\#(labels)"#) }
        let finalizers = some(["x", "y", "z"]).map { #""\#($0)""# }
        if !finalizers.isEmpty { metadata.append(#""finalizers":\#(list(finalizers))"#) }
        if !metadata.isEmpty { all.append(#""metadata":\#(object(metadata))"#) }
        return object(all)
    }
}

extension ApplyStep.Edit {
    func change(_ thing: inout JSONObject) {
        switch self {
        case .replicas(let count): Self.setting(&thing, "spec", "replicas", count.map { .integer(Int64($0)) })
        case .data(let key, let text): Self.setting(&thing, "data", key, text.map { .string($0) })
        case .nodes(let map):
            Self.setting(&thing, "spec", "nodes", .object(JSONObject(map.map { ($0.key, .string($0.value)) })))
        case .finalizers(let names):
            Self.setting(&thing, "metadata", "finalizers", names.isEmpty ? nil : .array(names.map { .string($0) }))
        case .surge(let count):
            guard thing["spec"]?["strategy"]?["rollingUpdate"] != nil else { return }
            Self.setting(
                &thing, "spec", "strategy",
                ["type": "t", "rollingUpdate": ["maxSurge": .integer(Int64(count))]])
        case .image(let name, let image):
            var containers = thing["spec"]?["containers"]?.array ?? []
            if let index = containers.firstIndex(where: { $0["name"]?.string == name }) {
                var container = containers[index].object ?? [:]
                container["image"] = image.map { .string($0) }
                containers[index] = .object(container)
            } else {
                containers.append(["name": .string(name), "image": .string(image ?? "i0")])
            }
            Self.setting(&thing, "spec", "containers", .array(containers))
        case .removeContainer(let name):
            let containers = (thing["spec"]?["containers"]?.array ?? []).filter { $0["name"]?.string != name }
            Self.setting(&thing, "spec", "containers", containers.isEmpty ? nil : .array(containers))
        }
    }

    private static func setting(_ thing: inout JSONObject, _ part: String, _ member: String, _ value: JSON?) {
        var object = thing[part]?.object ?? [:]
        object[member] = value
        thing[part] = object.isEmpty ? nil : .object(object)
    }
}
