import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("Secrets kept in the cluster")
struct ClusterSecretsTests {
    private let location = SecretLocation.cluster(namespace: "demo", name: "keys", key: "api")

    private func secrets(_ responses: Response...) -> ClusterSecrets {
        ClusterSecrets(KubernetesClient(ScriptedTransport(responses)))
    }

    @Test("an entry is decoded")
    func found() async throws {
        let secret: JSON = ["kind": "Secret", "data": ["api": .string(Base64.encode(Array("s3cret".utf8)))]]
        #expect(try await secrets(.json(secret)).secret(location).reveal() == "s3cret")
    }

    @Test(
        "no Secret, no entry, no base64: the finding names the place",
        arguments: [nil, [:], ["data": ["other": "eA=="]], ["data": ["api": "?"]]] as [JSON?])
    func missing(secret: JSON?) async {
        let source = secrets(secret.map { .json($0) } ?? .refusal(404, "NotFound"))
        await #expect { try await source.secret(location) } throws: {
            ($0 as? Finding)?.code == .secretMissing && ($0 as? Finding)?.field == "{secret: demo/keys/api}"
        }
    }

    @Test("other places are not its own, and a refusal is no absence")
    func others() async {
        await #expect { try await secrets().secret(.environment("X")) } throws: {
            ($0 as? Finding)?.code == .secretKind
        }
        await #expect { try await secrets(.refusal(403, "Forbidden")).secret(location) } throws: {
            ($0 as? KubernetesError)?.isForbidden == true
        }
    }
}
