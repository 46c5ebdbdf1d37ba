import ClawBase
import ClawCustomResources
import ClawKubernetes

/// A kind in two versions: the older one kept span and chord as one text.
struct Glider: CustomResource {
    static let type = ResourceType(group: "toys.example", version: "v2", kind: "Glider")
    static let properties = [Property("spec", Spec.self)]
    static let otherVersions = [
        OtherVersion(GliderV1.self) { old in
            let parts = old.spec.size.split(separator: "x").compactMap { Int($0) }
            guard parts.count == 2 else {
                throw Finding(
                    .badRequest, "The size '\(old.spec.size)' is not written like 120x20.", field: "spec.size")
            }
            var new = Glider(old.metadata)
            new.spec = Spec(span: parts[0], chord: parts[1])
            return new
        } back: { new in
            var old = GliderV1(new.metadata)
            old.spec.size = "\(new.spec.span)x\(new.spec.chord)"
            return old
        }
    ]

    struct Spec: SchemaView {
        static let properties = [
            Property("span", Int.self), Property("chord", Int.self), Property("pilot", String?.self),
        ]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        init(span: Int, chord: Int) {
            document = JSONObject()
            self["span"] = span
            self["chord"] = chord
        }
        var span: Int { self["span"] }
        var chord: Int { self["chord"] }
        var pilot: String? {
            get { self["pilot"] }
            set { self["pilot"] = newValue }
        }
    }

    var document: JSONObject
    init(document: JSONObject) { self.document = document }
    var spec: Spec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }
}

struct GliderV1: CustomResource {
    static let type = ResourceType(group: "toys.example", version: "v1", kind: "Glider")
    static let properties = [Property("spec", Spec.self)]

    struct Spec: SchemaView {
        static let properties = [Property("size", String.self)]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        var size: String {
            get { self["size"] }
            set { self["size"] = newValue }
        }
    }

    var document: JSONObject
    init(document: JSONObject) { self.document = document }
    var spec: Spec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }
}
