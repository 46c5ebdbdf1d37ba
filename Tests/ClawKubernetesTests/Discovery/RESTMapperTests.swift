import ClawBase
import ClawCluster
import ClawKubernetes
import Testing

@Suite("Names of resources")
struct RESTMapperTests {
    @Test(
        "mean what they mean to kubectl",
        arguments: [
            ("deploy", "apps/v1 Deployment"), ("deployments.apps", "apps/v1 Deployment"),
            ("deployments.v1.apps", "apps/v1 Deployment"), ("deployment.apps", "apps/v1 Deployment"),
            ("deploy.apps", "apps/v1 Deployment"), ("deployments.ap", "apps/v1 Deployment"),
            ("Deployment", "apps/v1 Deployment"), ("po", "v1 Pod"), ("pods.v1.", "v1 Pod"), ("POD", "v1 Pod"),
            ("svc", "v1 Service"), ("cm", "v1 ConfigMap"), ("events", "v1 Event"),
            ("events.events.k8s.io", "events.k8s.io/v1 Event"), ("ev", "v1 Event"),
            ("hpa", "autoscaling/v2 HorizontalPodAutoscaler"),
            ("hpa.v1.autoscaling", "autoscaling/v1 HorizontalPodAutoscaler"),
            ("crd", "apiextensions.k8s.io/v1 CustomResourceDefinition"), ("ing", "networking.k8s.io/v1 Ingress"),
            ("endpointslices.discovery.k8s.io", "discovery.k8s.io/v1 EndpointSlice"),
        ])
    func names(name: String, type: String) async throws {
        try await withEmbeddedCluster { cluster in
            let found = try await RESTMapper(cluster.client).resource(name)
            #expect(found.type.description == type)
        }
    }

    @Test("categories and lists of names mean several resources, each once")
    func categories() async throws {
        try await withEmbeddedCluster { cluster in
            let all = try await RESTMapper(cluster.client).resources("all").map(\.type.qualifiedName)
            #expect(Set(all).isSuperset(of: ["pods", "services", "deployments.apps", "jobs.batch"]))
            #expect(Set(all).count == all.count)
            let some = try await RESTMapper(cluster.client).resources("po,svc,pods").map(\.type.kind)
            #expect(some == ["Pod", "Service"])
        }
    }

    @Test("an unknown name is refused with the nearest one")
    func unknown() async throws {
        let mapper = RESTMapper(KubernetesClient(DiscoveryFixture.plainServer()))
        let finding = try await finding { _ = try await mapper.resource("deploymnts") }
        #expect(finding.code == .unknownKind)
        #expect(finding.message.contains("did you mean 'deployments'"))
        #expect(finding.message.contains("metrics.k8s.io/v1beta1"), "what could not be asked is told")
    }

    @Test("a kind at a version that is not served is refused with those that are")
    func version() async throws {
        let mapper = RESTMapper(KubernetesClient(DiscoveryFixture.aggregatedServer()))
        let finding = try await finding {
            _ = try await mapper.resource(apiVersion: "extensions/v1beta1", kind: "Deployment")
        }
        #expect(finding.message.contains("Deployment is served in apps/v1 and apps/v1beta1"))
        let typo = try await self.finding { _ = try await mapper.resource(apiVersion: "apps/v1", kind: "Deploymnet") }
        #expect(typo.message.contains("did you mean 'Deployment'"))
    }

    @Test("a short name that two resources of a group claim is ambiguous")
    func ambiguous() async throws {
        func resource(_ plural: String) -> JSON {
            [
                "resource": .string(plural), "singularResource": "", "scope": "Namespaced", "shortNames": ["x"],
                "responseKind": ["group": "e.io", "version": "v1", "kind": .string("A\(plural)")], "verbs": ["get"],
            ]
        }
        let groups: JSON = [
            "kind": "APIGroupDiscoveryList",
            "items": [
                [
                    "metadata": ["name": "e.io"],
                    "versions": [["version": "v1", "resources": [resource("boxes"), resource("axes")]]],
                ]
            ],
        ]
        let server = ScriptedTransport { $0.path == "/apis" ? .json(groups) : .refusal(404, "NotFound") }
        let finding = try await finding { _ = try await RESTMapper(KubernetesClient(server)).resource("x") }
        #expect(finding.code == .ambiguousKind)
        #expect(finding.message.contains("boxes.e.io, axes.e.io"))
    }

    @Test("a definition made after the first question is found by asking once more")
    func newDefinition() async throws {
        try await withEmbeddedCluster { cluster in
            let mapper = RESTMapper(cluster.client)
            await #expect(throws: Finding.self) { try await mapper.resource("widgets") }
            _ = try await cluster.client.create(CustomResourceDefinition(document: ManifestFixture.definition))
            #expect(try await mapper.resource("wd").type.qualifiedName == "widgets.example.com")
            #expect(try await mapper.resource(group: "example.com", kind: "Widget").type.version == "v1")
        }
    }

    private func finding(_ body: () async throws -> Void) async throws -> Finding {
        do {
            try await body()
        } catch let finding as Finding { return finding }
        throw Finding(.internalError, "It was not refused.")
    }
}
