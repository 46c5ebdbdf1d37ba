import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("What the server tells of its types")
struct OpenAPITests {
    @Test("types and fields are described in Kubernetes' own words")
    func descriptions() async throws {
        let cluster = try await EmbeddedCluster()
        let document = try await cluster.raw(.get, "/openapi/v3/apis/apps/v1").json
        let schemas = try #require(document["components"]?["schemas"])
        let strategy = schemas["io.k8s.api.apps.v1.DeploymentStrategy"]
        #expect(strategy?["description"] == "DeploymentStrategy describes how to replace existing pods with new ones.")
        #expect(
            schemas["io.k8s.api.apps.v1.DeploymentSpec"]?["properties"]?["strategy"]?["description"]
                == "The deployment strategy to use to replace existing pods with new ones.")
        // Members of an embedded type.
        let probe = schemas["io.k8s.api.core.v1.Probe"]?["properties"]?["httpGet"]?["description"]
        #expect(probe?.string?.hasPrefix("HTTPGet specifies") == true)
    }

    @Test("nearly every field of the served kinds is described")
    func coverage() async throws {
        let cluster = try await EmbeddedCluster()
        let document = try await cluster.raw(.get, "/openapi/v2").json
        var (fields, described) = (0, 0)
        for (_, definition) in document["definitions"]?.object ?? [:] {
            for (_, property) in definition["properties"]?.object ?? [:] {
                fields += 1
                if property["description"] != nil { described += 1 }
            }
        }
        #expect(fields > 1800)
        #expect(Double(described) / Double(fields) > 0.98, "\(described) of \(fields)")
    }
}
