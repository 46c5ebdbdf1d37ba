import ClawCluster
import ClawDocuments
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

    @Test("members that the kind does not have are named with their place")
    func unknown() async throws {
        let cluster = try await EmbeddedCluster()
        let answer = try await cluster.raw(
            .post, "\(Rejection.core("pods"))?fieldValidation=Strict", podWith(["prots": []]))
        #expect(answer.message?.hasSuffix("unknown field \"spec.containers[0].prots\"") == true, "\(answer.text)")
    }
}
