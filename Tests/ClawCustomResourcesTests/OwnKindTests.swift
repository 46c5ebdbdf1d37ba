import ClawCustomResources
import ClawDocuments
import ClawKubernetes
import ClawResources
import Testing

@Suite("ClawKit's own kinds")
struct OwnKindTests {
    @Test("every definition is one that Kubernetes accepts", arguments: ClawGroup.kinds.map { "\($0)" })
    func accepted(name: String) throws {
        let kind = try #require(ClawGroup.kinds.first { "\($0)" == name })
        try kind.checkDefinition()
    }

    @Test("say what their users rely on")
    func words() throws {
        let runtime = try #require(Runtime.definition.document[.spec]?["versions"]?[0])
        #expect(
            runtime["additionalPrinterColumns"]?.array?.compactMap { $0["name"]?.string } == [
                "User", "Phase", "Restarts", "URL", "Age",
            ])
        #expect(runtime["subresources"] == ["status": [:]])
        let spec = try #require(runtime.value(at: ["schema", "openAPIV3Schema", "properties", "spec"]))
        #expect(spec["required"] == ["user"])
        #expect(spec["properties"]?["desiredState"]?["enum"] == ["Running", "Suspended", "Stopped"])
        #expect(spec["properties"]?["desiredState"]?["default"] == "Running")
        #expect(spec["properties"]?["env"]?["x-kubernetes-list-map-keys"] == ["name"])
        #expect(spec.value(at: ["properties", "volume", "properties", "size", "default"]) == "1Gi")
        #expect(Runtime.definition.spec.names.shortNames == ["rt"])
    }
}
