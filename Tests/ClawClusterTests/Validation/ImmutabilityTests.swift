import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("What may not change, does not")
struct ImmutabilityTests {
    private static let merge = "application/merge-patch+json"

    private func refusal(_ path: String, _ object: JSON, _ patch: JSON) async throws -> RawAnswer {
        let cluster = try await EmbeddedCluster()
        let made = try await cluster.raw(.post, path, object)
        #expect(made.code == 201, "\(made.text)")
        let name = object["metadata"]?["name"]?.string ?? ""
        return try await cluster.raw(.patch, "\(path)/\(name)", patch, type: Self.merge)
    }

    @Test("a frozen config map keeps its data, and stays frozen")
    func frozen() async throws {
        let answer = try await refusal(
            Rejection.core("configmaps"), ["metadata": ["name": "c"], "data": ["a": "b"], "immutable": true],
            ["data": ["a": "c"], "immutable": false])
        #expect(
            answer.causes == [
                "immutable: Forbidden: field is immutable when `immutable` is set",
                "data: Forbidden: field is immutable when `immutable` is set",
            ])
    }

    @Test("a secret keeps its type")
    func secret() async throws {
        let answer = try await refusal(
            Rejection.core("secrets"), ["metadata": ["name": "s"]], ["type": "example.com/other"])
        #expect(answer.causes == ["type: Invalid value: \"example.com/other\": field is immutable"])
    }

    @Test("a uid that differs is told twice and written once")
    func uid() async throws {
        let answer = try await refusal(
            Rejection.core("configmaps"), ["metadata": ["name": "c"]], ["metadata": ["uid": "other"]])
        #expect(answer.json["details"]?["causes"]?.array?.count == 2)
        #expect(
            answer.message == "ConfigMap \"c\" is invalid: metadata.uid: Invalid value: \"other\": field is immutable")
    }

    @Test("a binding keeps its role")
    func roleRef() async throws {
        let answer = try await refusal(
            Rejection.grouped("rbac.authorization.k8s.io/v1", "rolebindings"),
            ["metadata": ["name": "b"], "roleRef": ["kind": "ClusterRole", "name": "view"]],
            ["roleRef": ["name": "admin"]])
        #expect(answer.json["details"]?["causes"]?[0]?["field"] == "roleRef")
        #expect(answer.causes.first?.hasSuffix("cannot change roleRef") == true)
    }

    @Test("a service keeps its address, and loses its node ports with its type")
    func service() async throws {
        let services = Rejection.core("services")
        let service: JSON = ["metadata": ["name": "s"], "spec": ["type": "NodePort", "ports": [["port": 80]]]]
        let answer = try await refusal(services, service, ["spec": ["clusterIP": "None", "clusterIPs": ["None"]]])
        #expect(answer.causes.contains("spec.clusterIPs[0]: Invalid value: [\"None\"]: may not change once set"))
        let plain = try await refusal(services, service, ["spec": ["type": "ClusterIP"]])
        #expect(plain.code == 200, "\(plain.text)")
        #expect(plain.json["spec"]?["ports"]?[0]?["nodePort"] == nil)
    }

    @Test("a deployment keeps its selector")
    func selector() async throws {
        let answer = try await refusal(
            Rejection.grouped("apps/v1", "deployments"),
            [
                "metadata": ["name": "d"],
                "spec": [
                    "selector": ["matchLabels": ["a": "b"]],
                    "template": [
                        "metadata": ["labels": ["a": "b", "c": "d"]],
                        "spec": ["containers": [["name": "c", "image": "x"]]],
                    ],
                ],
            ],
            ["spec": ["selector": ["matchLabels": ["c": "d"]]]])
        #expect(answer.json["details"]?["causes"]?.array?.map { $0["field"] } == ["spec.selector"])
    }
}
