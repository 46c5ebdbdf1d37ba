import ClawDocuments
import ClawModels
import Testing

@Suite("the catalogue of resources")
struct ResourceCatalogueTests {
    private let catalogue = ResourceCatalogue.kubernetes

    @Test("resources are found by path and by kind")
    func lookups() throws {
        let deployments = try #require(catalogue.resource(group: "apps", version: "v1", plural: "deployments"))
        #expect(deployments == catalogue.resource(apiVersion: "apps/v1", kind: "Deployment"))
        #expect(deployments.type == Deployment.type)
        #expect(deployments.schemaName == Deployment.schemaName)
        #expect(deployments.subresource("scale")?.apiVersion == "autoscaling/v1")
        #expect(deployments.subresource("scale")?.kind == "Scale")
        #expect(deployments.subresource("scale")?.schemaName == Scale.schemaName)
        #expect(deployments.subresource("status")?.verbs == ["get", "patch", "update"])
        #expect(catalogue.resource(group: "", version: "v1", plural: "pods")?.type == Pod.type)
        #expect(catalogue.resource(group: "", version: "v1", plural: "pods")?.subresource("log")?.verbs == ["get"])
        #expect(catalogue.resource(group: "", version: "v1", plural: "deployments") == nil)
        #expect(catalogue.resource(apiVersion: "v1", kind: "Deployment") == nil)
    }

    @Test("both versions of an autoscaler are served, the newer preferred")
    func versions() throws {
        #expect(catalogue.groupVersions.first == "v1")
        let newer = try #require(catalogue.groupVersions.firstIndex(of: "autoscaling/v2"))
        let older = try #require(catalogue.groupVersions.firstIndex(of: "autoscaling/v1"))
        #expect(newer < older)
        #expect(catalogue.resource(apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler") != nil)
    }

    @Test("every group version has resources, every field table named exists")
    func complete() {
        for groupVersion in catalogue.groupVersions {
            #expect(!catalogue.resources(groupVersion: groupVersion).isEmpty, "\(groupVersion)")
        }
        for resource in catalogue.resources {
            #expect(catalogue.groupVersions.contains(resource.type.apiVersion))
            #expect(resource.schemaName.map { SchemaTable.kubernetes[$0] != nil } == true, "\(resource.type)")
        }
    }

    @Test("what can only be created has no other verbs")
    func verbs() throws {
        let reviews = try #require(catalogue.resource(apiVersion: "authentication.k8s.io/v1", kind: "TokenReview"))
        #expect(reviews.verbs == ["create"])
        #expect(!reviews.type.isNamespaced)
    }
}
