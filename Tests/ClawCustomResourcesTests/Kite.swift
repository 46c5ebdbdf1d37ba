import ClawBase
import ClawCustomResources
import ClawKubernetes

/// A kind with one of everything, in the hand-written form.
struct Kite: CustomResource {
    static let type = ResourceType(
        group: "toys.example", version: "v1", kind: "Kite", shortNames: ["kt"], categories: ["toys"])
    static let summary = "Something that flies on a line."
    static let properties = [Property("spec", KiteSpec.self), Property("status", KiteStatus?.self)]
    static let rules = [
        SchemaRule("self.metadata.name != 'brick'", "bricks do not fly", reason: .forbidden)
    ]
    static let columns = [PrinterColumn("Colour", "string", ".spec.colour"), .age]
    static let scale: ScaleSubresource? = ScaleSubresource(
        replicas: ".spec.tails", statusReplicas: ".status.tails", selector: ".status.selector")
    static let selectableFields = [".spec.colour"]

    var document: JSONObject
    init(document: JSONObject) { self.document = document }

    init(_ name: String, spec: KiteSpec) {
        self.init(ObjectMeta(name: name, namespace: "default"))
        self.spec = spec
    }

    var spec: KiteSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }
    var status: KiteStatus? {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

enum Colour: String, SchemaEnum {
    case red, green, blue
}

struct KiteSpec: SchemaView {
    static let properties = [
        Property("colour", Colour.self, "Its colour.", .immutable),
        Property("line", Quantity.self, "How long its line is.", default: "50"),
        Property("tails", Int32.self, "How many tails.", default: 1, .range(0...9)),
        Property("maker", String?.self, "Who made it.", .length(1...20), .pattern("^[A-Z]"), .immutable),
        Property("spars", [Spar].self, "What holds it open.", .map(keys: "name"), .count(...4)),
        Property("tags", [String].self, "Words to find it by.", .set, .each(.length(...8)), .count(...5)),
        Property("weights", [String: Double].self, "Grams by part.", .each(.above(0)), .count(...9)),
        Property("homepage", String?.self, "", .format("uri")),
        Property("firstFlight", Timestamp?.self),
        Property("nick", String?.self, "", .nullable),
        Property("env", [EnvVar].self, "What its motor is told.", .map(keys: "name")),
        Property("note", JSON.self, "Anything."),
    ]
    static let rules = [
        SchemaRule("self.tails <= 2 || self.colour != 'red'", "red kites have at most two tails", fieldPath: ".tails")
    ]

    var document: JSONObject
    init(document: JSONObject) { self.document = document }

    init(colour: Colour, tails: Int32 = 1) {
        document = JSONObject()
        self.colour = colour
        self.tails = tails
    }

    var colour: Colour {
        get { self["colour"] }
        set { self["colour"] = newValue }
    }
    var line: Quantity {
        get { self["line", default: "50"] }
        set { self["line"] = newValue }
    }
    var tails: Int32 {
        get { self["tails", default: 1] }
        set { self["tails"] = newValue }
    }
    var maker: String? {
        get { self["maker"] }
        set { self["maker"] = newValue }
    }
    var spars: [Spar] {
        get { self["spars"] }
        set { self["spars"] = newValue }
    }
    var tags: [String] {
        get { self["tags"] }
        set { self["tags"] = newValue }
    }
    var weights: [String: Double] {
        get { self["weights"] }
        set { self["weights"] = newValue }
    }
    var firstFlight: Timestamp? {
        get { self["firstFlight"] }
        set { self["firstFlight"] = newValue }
    }
    var env: [EnvVar] {
        get { self["env"] }
        set { self["env"] = newValue }
    }
}

struct Spar: SchemaView {
    static let properties = [Property("name", String.self), Property("length", Int.self, "Millimetres.", .range(1...))]

    var document: JSONObject
    init(document: JSONObject) { self.document = document }

    init(name: String, length: Int) {
        document = JSONObject()
        self["name"] = name
        self["length"] = length
    }

    var name: String { self["name"] }
    var length: Int { self["length"] }
}

struct KiteStatus: SchemaView {
    static let properties = [
        Property("tails", Int32?.self), Property("selector", String?.self), Property.conditions,
    ]

    var document: JSONObject
    init(document: JSONObject) { self.document = document }
}
