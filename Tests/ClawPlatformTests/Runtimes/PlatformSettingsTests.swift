import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import HTTPTypes
import Testing

@Suite("The platform's settings in the cluster")
struct PlatformSettingsTests {
    @Test("what is published is what is read, and the same settings are written once")
    func roundTrip() async throws {
        var options = EmbeddedCluster.Options()
        options.logger = silent
        let cluster = try await EmbeddedCluster(options)
        let calls = RecordingTransport(cluster.transport)
        let api = KubernetesClient(calls)
        try await PlatformSettings.publish(Fixture.context, in: api)
        let map = try await cluster.client.get(ConfigMap.self, PlatformSettings.name, in: PlatformSettings.namespace)
        #expect(PlatformSettings.context(from: map) == Fixture.context)
        let writes = calls.exchanges.count { $0.isWrite }
        try await PlatformSettings.publish(Fixture.context, in: api)
        #expect(calls.exchanges.count { $0.isWrite } == writes)
        var other = Fixture.context
        other.templates.removeLast()
        try await PlatformSettings.publish(other, in: api)
        let changed = try await cluster.client.get(ConfigMap.self, PlatformSettings.name, in: PlatformSettings.namespace)
        #expect(PlatformSettings.context(from: changed) == other)
    }

    @Test(
        "a map that is none gives no settings",
        arguments: [
            [:], ["gatewayURL": "http://a"], ["gatewayURL": "a", "publicURL": "b", "models": "{}"],
            ["gatewayURL": "a", "publicURL": "b", "templates": "nonsense"],
        ] as [[String: String]])
    func broken(data: [String: String]) {
        let map = ConfigMap(metadata: ObjectMeta(name: PlatformSettings.name), data: data)
        #expect(PlatformSettings.context(from: map) == nil)
    }
}
