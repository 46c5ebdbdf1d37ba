import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import HTTPTypes
import Testing

@Suite("What cannot be decoded is refused in the decoder's words")
struct DecodingTests {
    private static let maps = Rejection.core("configmaps")

    @Test(
        "the first mismatch is named",
        arguments: [
            (
                maps, #"{"metadata":{"name":"c"},"data":{"k":5}}"#,
                "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"
            ),
            (
                maps, #"{"metadata":{"name":true}}"#,
                "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string"
            ),
            (maps, #"{"metadata":{"name":"c"},"binaryData":{"k":"YQ=%"}}"#, "illegal base64 data at input byte 3"),
            (
                Rejection.core("pods"),
                #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"x","resources":{"limits":{"cpu":"1 core"}}}]}}"#,
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            ),
        ])
    func mismatch(_ path: String, _ text: String, _ problem: String) async throws {
        let cluster = try await EmbeddedCluster()
        let answer = try await cluster.raw(.post, path, [.contentType: "application/json"], Array(text.utf8))
        #expect(answer.code == 400)
        #expect(answer.message?.hasSuffix(problem) == true, "\(answer.message ?? "")")
    }

    @Test("a member that stands twice is refused where the client is strict, and warned of where not")
    func repeated() async throws {
        let cluster = try await EmbeddedCluster()
        let text = Array(#"{"metadata":{"name":"c"},"data":{"a":"1","b":"{\"a\"","a":"2"}}"#.utf8)
        let strict = try await cluster.raw(
            .post, "\(Self.maps)?fieldValidation=Strict", [.contentType: "application/json"], text)
        #expect(
            strict.message?.hasSuffix("strict decoding error: duplicate field \"data.a\"") == true, "\(strict.text)")
        let lenient = try await cluster.raw(.post, Self.maps, [.contentType: "application/json"], text)
        #expect(lenient.json["data"]?["a"] == "2")
    }

    private static let yaml = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: c}
        data:
          a: b
          "x.y": |
            two
            lines
          a: c
          'x.y': z
          a: d
        """

    private func warnings(_ cluster: EmbeddedCluster, _ request: Request) async throws -> [String] {
        let response = try await cluster.transport.send(request)
        _ = try await response.body.collect(limit: 1 << 20)
        return response.headers.filter { $0.name.canonicalName == "warning" }.map(\.value)
    }

    @Test("of a key that stands twice in YAML the last one counts, and each one more is told with its line")
    func repeatedInYAML() async throws {
        let cluster = try await EmbeddedCluster()
        let headers: HTTPFields = [.contentType: "application/yaml"]
        let strict = try await cluster.raw(.post, "\(Self.maps)?fieldValidation=Strict", headers, Array(Self.yaml.utf8))
        #expect(strict.code == 400)
        #expect(
            strict.message == """
                ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:
                  line 9: key "a" already set in map
                  line 10: key "x.y" already set in map
                  line 11: key "a" already set in map
                """)
        let told = try await warnings(
            cluster, Request(.post, "https://cluster.test\(Self.maps)", headers: headers, body: .bytes(Array(Self.yaml.utf8))))
        #expect(
            told == [#"299 - "line 9: key \"a\" already set in map""#, #"299 - "line 10: key \"x.y\" already set in map""#,
                     #"299 - "line 11: key \"a\" already set in map""#])
        let kept = try await cluster.raw(.get, "\(Self.maps)/c")
        #expect(kept.json["data"] == ["a": "d", "x.y": "z"])
        let ignored = try await cluster.raw(.put, "\(Self.maps)/c?fieldValidation=Ignore", headers, Array(Self.yaml.utf8))
        #expect(ignored.code == 200, "\(ignored.text)")
    }

    @Test("an applied text with a key twice is applied, or refused where the client is strict")
    func repeatedInApply() async throws {
        let cluster = try await EmbeddedCluster()
        let headers: HTTPFields = [.contentType: "application/apply-patch+yaml"]
        let path = "\(Self.maps)/c?fieldManager=m"
        let strict = try await cluster.raw(.patch, "\(path)&fieldValidation=Strict", headers, Array(Self.yaml.utf8))
        #expect(strict.code == 400)
        #expect(
            strict.message?.hasPrefix(
                "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 9: key \"a\"") == true)
        let told = try await warnings(cluster, Request(.patch, "https://cluster.test\(path)", headers: headers, body: .bytes(Array(Self.yaml.utf8))))
        #expect(told.count == 3)
    }

    @Test("what stands there as zero, and is left out where it is zero, was never there")
    func zeros() async throws {
        let cluster = try await EmbeddedCluster()
        let made = try await cluster.raw(
            .post, Rejection.core("pods"),
            [
                "metadata": ["name": "p", "generateName": ""],
                "spec": [
                    "hostNetwork": false, "nodeName": "", "priority": 0, "terminationGracePeriodSeconds": 0,
                    "containers": [
                        ["name": "c", "image": "x", "tty": false, "imagePullPolicy": "", "env": [["name": "E", "value": ""]]]
                    ],
                ],
            ])
        #expect(made.code == 201, "\(made.text)")
        let spec = try #require(made.json["spec"])
        #expect(made.json["metadata"]?["generateName"] == nil)
        #expect(spec["hostNetwork"] == nil)
        #expect(spec["nodeName"] == nil)
        #expect(spec["terminationGracePeriodSeconds"] == 0, "a number that may be absent or 0 stays")
        #expect(spec["containers"]?[0]?["tty"] == nil)
        #expect(spec["containers"]?[0]?["imagePullPolicy"] == "Always", "an empty text is filled in like none")
        #expect(spec["containers"]?[0]?["env"] == [["name": "E"]])
        let owned = made.json["metadata"]?["managedFields"]?.description ?? ""
        #expect(!owned.contains("f:hostNetwork"))
        let patched = try await cluster.raw(
            .patch, "\(Rejection.core("pods"))/p", ["metadata": ["generateName": ""], "spec": ["subdomain": ""]],
            type: "application/merge-patch+json")
        #expect(patched.json["spec"]?["subdomain"] == nil)
        #expect(patched.json["metadata"]?["resourceVersion"] == made.json["metadata"]?["resourceVersion"], "nothing changed")
    }

    @Test("members that the kind does not have are named with their place")
    func unknown() async throws {
        let cluster = try await EmbeddedCluster()
        let answer = try await cluster.raw(
            .post, "\(Rejection.core("pods"))?fieldValidation=Strict", podWith(["prots": []]))
        #expect(answer.message?.hasSuffix("unknown field \"spec.containers[0].prots\"") == true, "\(answer.text)")
    }
}
