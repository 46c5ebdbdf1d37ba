import ClawBase
import ClawKubernetes
import ClawModels

/// Makes ConfigMaps, then changes one after the other.
func giveWork(_ keys: Int, in namespace: String, every pause: Duration, _ client: KubernetesClient) async throws {
    for index in 0..<keys {
        _ = try await client.create(
            ConfigMap(
                metadata: ObjectMeta(name: "w\(index)", namespace: namespace, labels: ["work": "yes"]),
                data: ["value": "0"]))
    }
    let time = SystemTime()
    var value = 0
    while true {
        value += 1
        _ = try await client.mergePatch(
            ConfigMap.self, "w\(value % keys)", in: namespace, ["data": ["value": .string("\(value)")]])
        try await time.sleep(for: pause)
    }
}
