#if Macros
import ArticleTesting
import ClawCluster
import ClawHTTPServer
import ClawKubernetes
import ClawMacros
import ClawWebhooks
import Logging
import Testing

private enum Kinds {
    // ARTICLE: kind
    /// A site that is served from an image.
    @CustomResource(
        group: "example.dev", version: "v1", shortNames: ["st"],
        columns: [PrinterColumn("Image", "string", ".spec.image"), .age])
    @Rule("self.metadata.name.size() <= 40", "a site's name has at most 40 characters")
    struct Site {
        var spec: Spec
        var status: Status?

        @Schema
        struct Spec {
            /// The image, with its tag.
            @Field(.length(1...256), .pattern("^[^:]+:[^:]+$")) var image: String
            /// How many copies run.
            @Field(.range(0...20)) var copies: Int = 1
            /// Where they run; cannot be changed.
            @Field(.immutable) var region: Region = .anywhere
            /// The names it answers to.
            @Field(.set, .count(...10)) var hosts: [String]
            var env: [EnvVar]
        }

        @Schema
        struct Status {
            var ready: Int?
        }

        @Schema
        enum Region: String, SchemaEnum {
            /// Wherever there is room.
            case anywhere
            case north, south
        }
    }
    // ARTICLE: end
}

private typealias Site = Kinds.Site

private func use(_ client: KubernetesClient) async throws {
    // ARTICLE: use
    try await Site.install(in: client)
    var site = Site(
        metadata: ObjectMeta(name: "docs", namespace: "default"), spec: .init(image: "nginx:1.29", hosts: ["docs.test"]))
    try site.validate()
    site = try await client.create(site)
    site.spec.copies = 50
    do {
        try site.validate()
    } catch {
        // spec.copies: Invalid value: 50: spec.copies in body should be less than or equal to 20
        for cause in error.causes { print("\(cause.field): \(cause.message)") }
    }
    // ARTICLE: end
}

private enum ByHand {
    // ARTICLE: hand
    struct Backup: CustomResource {
        static let type = ResourceType(group: "example.dev", version: "v1", kind: "Backup")
        static let properties = [Property("spec", Spec.self, "What to keep.")]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        var spec: Spec {
            get { self["spec"] }
            set { self["spec"] = newValue }
        }

        struct Spec: SchemaView {
            static let properties = [
                Property("volume", String.self, "The volume's name.", .length(1...63), .immutable),
                Property("keep", Int.self, "How many copies are kept.", default: 7, .range(1...365)),
            ]
            var document: JSONObject
            init(document: JSONObject) { self.document = document }
            var volume: String {
                get { self["volume"] }
                set { self["volume"] = newValue }
            }
            var keep: Int {
                get { self["keep", default: 7] }
                set { self["keep"] = newValue }
            }
        }
    }
    // ARTICLE: end
}

private enum Versions {
    // ARTICLE: versions
    @CustomResource(group: "example.dev", version: "v1", kind: "Kite", deprecation: .useNewest)
    struct OldKite {
        var spec: Spec
        @Schema struct Spec {
            var size: String
        }
    }

    @CustomResource(group: "example.dev", version: "v2")
    struct Kite {
        var spec: Spec
        @Schema struct Spec {
            var width: Int
            var height: Int
        }

        static let otherVersions = [
            OtherVersion(OldKite.self) { old in
                let sides = old.spec.size.split(separator: "x").compactMap { Int($0) }
                return Kite(metadata: old.metadata, spec: .init(width: sides.first ?? 0, height: sides.last ?? 0))
            } back: { new in
                OldKite(metadata: new.metadata, spec: .init(size: "\(new.spec.width)x\(new.spec.height)"))
            }
        ]
    }
    // ARTICLE: end
}

private typealias Kite = Versions.Kite

private func serve(_ client: KubernetesClient, _ logger: Logger) async throws {
    // ARTICLE: webhooks
    let server = WebhookServer(
        client, at: .service(namespace: "kites", name: "kite-webhooks"), secretNamespace: "kites",
        serving: [
            AdmissionWebhook(for: Kite.self) { request in
                if let kite = request.object, kite.spec.width > 5 * kite.spec.height {
                    throw Finding(.badRequest, "It is too wide to fly; at most five times its height.", field: "spec.width")
                }
                return []
            },
            ConversionWebhook(for: Kite.self),
        ])
    try await server.run(listen: ListenAddress("0.0.0.0:8443"), logger: logger)
    // ARTICLE: end
}

private func deploy(_ server: WebhookServer) throws {
    // ARTICLE: manifests
    var manifests = OperatorManifests("kites", in: "kites", image: "registry.example/kites:1")
    manifests.define(Kite.definition)
    try manifests.serve(server, port: 8443)
    print(manifests.yaml)
    // ARTICLE: end
}

@Suite("The article on custom resources")
struct CustomResourcesArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/custom-resources.md", compiledIn: #filePath)
        #expect(article.names == ["kind", "use", "hand", "versions", "webhooks", "manifests"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }

    @Test("its kinds are ones that Kubernetes accepts, and its use of them runs")
    func runs() async throws {
        try Kinds.Site.checkDefinition()
        try ByHand.Backup.checkDefinition()
        try Versions.Kite.checkDefinition()
        try await EmbeddedCluster.withCluster { try await use($0.client) }
    }
}
#endif
