#if Macros
import ClawDocuments
import ClawKubernetes
import ClawMacros
import Testing

/// A staged rollout of one image.
@CustomResource(
    group: "example.dev", version: "v1", shortNames: ["ro"],
    columns: [PrinterColumn("Image", "string", ".spec.image"), .age],
    scale: ScaleSubresource(statusReplicas: ".status.ready"), selectableFields: [".spec.region"])
@Rule("self.metadata.name != 'x'", "x is taken")
struct MacroRollout {
    /// What should run.
    var spec: Spec
    var status: Status?

    @Schema
    struct Spec {
        /// The image, with its tag.
        @Field(.length(1...256)) var image: String
        /// How many run.
        @Field(.range(0...100)) var replicas: Int = 1
        @Field(.map(keys: "name")) var ports: [Port]
        var env: [EnvVar]
        @Field(.immutable) var region: Region = .anywhere
        @Field(name: "class") var kind: String?

        var isIdle: Bool { replicas == 0 }
    }

    @Schema
    struct Port {
        var name: String
        @Field(.range(1...65535)) var number: Int32
    }

    @Schema
    struct Status {
        var ready: Int?
    }

    @Schema
    enum Region: String, SchemaEnum {
        /// Wherever there is room.
        case anywhere
        case north
    }
}

/// The same by hand.
private struct HandRollout: CustomResource {
    static let type = ResourceType(group: "example.dev", version: "v1", kind: "MacroRollout", shortNames: ["ro"])
    static let summary = "A staged rollout of one image."
    static let properties = [Property("spec", Spec.self, "What should run."), Property("status", Status?.self)]
    static let rules = [SchemaRule("self.metadata.name != 'x'", "x is taken")]
    static let columns: [PrinterColumn] = [PrinterColumn("Image", "string", ".spec.image"), .age]
    static let scale: ScaleSubresource? = ScaleSubresource(statusReplicas: ".status.ready")
    static let selectableFields = [".spec.region"]
    var document: JSONObject
    init(document: JSONObject) { self.document = document }

    struct Spec: SchemaView {
        static let properties = [
            Property("image", String.self, "The image, with its tag.", .length(1...256)),
            Property("replicas", Int.self, "How many run.", default: 1, .range(0...100)),
            Property("ports", [Port].self, "", .map(keys: "name")), Property("env", [EnvVar].self),
            Property("region", MacroRollout.Region.self, "", default: .anywhere, .immutable),
            Property("class", String?.self),
        ]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
    }

    struct Port: SchemaView {
        static let properties = [Property("name", String.self), Property("number", Int32.self, "", .range(1...65535))]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
    }

    struct Status: SchemaView {
        static let properties = [Property("ready", Int?.self)]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
    }
}

extension FieldSchema {
    /// A property's schema.
    fileprivate subscript(name: String) -> JSON? { json["properties"]?[name] }
}

@Suite("A kind by macro")
struct BehaviourTests {
    @Test("has the definition that the hand-written one has")
    func definition() throws {
        #expect(MacroRollout.definition == HandRollout.definition)
        try MacroRollout.checkDefinition()
    }

    @Test("tells what the values of an enum mean where the enum is used")
    func meanings() {
        let region = MacroRollout.Spec.schema["region"]
        #expect(
            region?["description"] == """
                Possible enum values:
                 - `"anywhere"` Wherever there is room.
                 - `"north"`
                """)
    }

    @Test("reads and writes its document")
    func document() throws {
        var rollout = MacroRollout(
            metadata: ObjectMeta(name: "r"), spec: .init(image: "nginx", ports: [.init(name: "http", number: 80)]))
        rollout.spec.replicas = 0
        rollout.spec.kind = "web"
        rollout.spec.ports[0].number = 8080
        #expect(rollout.spec.isIdle && rollout.spec.region == .anywhere && rollout.status == nil)
        #expect(
            rollout.document["spec"] == [
                "image": "nginx", "replicas": 0, "ports": [["name": "http", "number": 8080]], "region": "anywhere",
                "class": "web",
            ])
        try rollout.validate()
        var changed = rollout
        changed.spec.region = .north
        changed.spec.replicas = 101
        let error = #expect(throws: KubernetesError.self) { try changed.validate(replacing: rollout) }
        #expect(error?.causes.map(\.field).contains("spec.replicas") == true)
    }
}
#endif
