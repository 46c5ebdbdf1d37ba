import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("What a writer leaves out, Kubernetes fills in")
struct DefaultTests {
    private func made(_ path: String, _ object: JSON) async throws -> JSON {
        let answer = try await EmbeddedCluster().raw(.post, path, object)
        #expect(answer.code == 201, "\(answer.text)")
        return answer.json
    }

    @Test("a service of nodes has a port on each, one that is balanced watches its health")
    func ports() async throws {
        let service = try await made(
            Rejection.core("services"),
            [
                "metadata": ["name": "s"],
                "spec": ["type": "LoadBalancer", "externalTrafficPolicy": "Local", "ports": [["port": 80]]],
            ])
        #expect((30000...32767).contains(service["spec"]?["ports"]?[0]?["nodePort"]?.integer ?? 0))
        #expect((30000...32767).contains(service["spec"]?["healthCheckNodePort"]?.integer ?? 0))
        #expect(service["spec"]?["allocateLoadBalancerNodePorts"] == true)
    }

    @Test("a job selects its pods by its own uid")
    func job() async throws {
        let job = try await made(
            Rejection.grouped("batch/v1", "jobs"),
            [
                "metadata": ["name": "j"],
                "spec": [
                    "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "x"]]]]
                ],
            ])
        let uid = try #require(job["metadata"]?["uid"])
        let label = "batch.kubernetes.io/controller-uid"
        #expect(job["spec"]?["selector"]?["matchLabels"] == [label: uid])
        #expect(job["spec"]?["template"]?["metadata"]?["labels"]?[label] == uid)
        #expect(job["spec"]?["completions"] == 1)
    }

    @Test("a volume without a source is an empty directory, a pod on the host's network has the host's ports")
    func volumes() async throws {
        let pod = try await made(
            Rejection.core("pods"),
            [
                "metadata": ["name": "p"],
                "spec": [
                    "hostNetwork": true, "volumes": [["name": "v"]],
                    "containers": [["name": "c", "image": "x", "ports": [["containerPort": 80]]]],
                ],
            ])
        #expect(pod["spec"]?["volumes"]?[0]?["emptyDir"] == [:])
        #expect(pod["spec"]?["containers"]?[0]?["ports"]?[0]?["hostPort"] == 80)
    }

    @Test("limits of containers fill each other in")
    func limits() async throws {
        let range = try await made(
            Rejection.core("limitranges"),
            [
                "metadata": ["name": "l"],
                "spec": ["limits": [["type": "Container", "max": ["cpu": "2"], "min": ["memory": "1Mi"]]]],
            ])
        #expect(range["spec"]?["limits"]?[0]?["defaultRequest"] == ["cpu": "2", "memory": "1Mi"])
    }

    @Test("an autoscaler keeps to four fifths of the processors")
    func autoscaler() async throws {
        let scaler = try await made(
            Rejection.grouped("autoscaling/v2", "horizontalpodautoscalers"),
            [
                "metadata": ["name": "h"],
                "spec": [
                    "maxReplicas": 3, "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "d"],
                ],
            ])
        #expect(scaler["spec"]?["minReplicas"] == 1)
        #expect(scaler["spec"]?["metrics"]?[0]?["resource"]?["target"]?["averageUtilization"] == 80)
    }
}
