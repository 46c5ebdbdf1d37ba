import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import HTTPTypes
import Testing

@Suite("Objects in other encodings")
struct EncodingTests {
    private static let protobuf = "application/vnd.kubernetes.protobuf"

    private func send(
        _ cluster: EmbeddedCluster, _ method: HTTPRequest.Method, _ path: String, accept: String? = nil,
        type: String? = nil, _ body: [UInt8]? = nil
    ) async throws -> (code: Int, type: String, bytes: [UInt8]) {
        var headers: HTTPFields = [:]
        headers[.accept] = accept
        headers[.contentType] = type
        let response = try await cluster.transport.send(
            Request(method, "https://cluster.test\(path)", headers: headers, body: body.map { .bytes($0) } ?? .empty))
        return (
            response.status.code, response.headers[.contentType] ?? "", try await response.body.collect(limit: 1 << 24)
        )
    }

    private func map(_ name: String) -> JSONObject {
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": ["a": "1"]]
    }

    @Test("an object sent as protobuf is kept, and comes back in whichever encoding is asked for")
    func roundTrip() async throws {
        try await withCluster { cluster in
            let body = try #require(ProtobufCodec.kubernetes.encode(map("c")))
            let maps = "/api/v1/namespaces/default/configmaps"
            let created = try await send(
                cluster, .post, maps, accept: "\(Self.protobuf),application/json", type: Self.protobuf, body)
            #expect(created.code == 201 && created.type == Self.protobuf)
            let object = try ProtobufCodec.kubernetes.decode(created.bytes)
            #expect(object["data"]?["a"] == "1" && object["metadata"]?["uid"]?.string?.isEmpty == false)
            #expect(try await cluster.raw(.get, "\(maps)/c").json["data"]?["a"] == "1")

            let list = try await send(cluster, .get, maps, accept: Self.protobuf)
            let items = try ProtobufCodec.kubernetes.decode(list.bytes)
            #expect(items.string(.kind) == "ConfigMapList")
            #expect(items["items"]?.array?.contains { $0["metadata"]?["name"] == "c" } == true)

            let yaml = try await send(cluster, .get, "\(maps)/c", accept: "application/yaml")
            #expect(yaml.type == "application/yaml")
            #expect(String(decoding: yaml.bytes, as: UTF8.self).contains("\nkind: ConfigMap\n"))

            let partial = try await send(
                cluster, .get, "\(maps)/c", accept: "\(Self.protobuf);as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
            let metadata = try ProtobufCodec.kubernetes.decode(partial.bytes)
            #expect(metadata.string(.kind) == "PartialObjectMetadata" && metadata["data"] == nil)
        }
    }

    @Test("a refusal comes in the encoding asked for, and bytes that are no message are told as such")
    func refusals() async throws {
        try await withCluster { cluster in
            let maps = "/api/v1/namespaces/default/configmaps"
            let missing = try await send(cluster, .get, "\(maps)/none", accept: Self.protobuf)
            #expect(missing.code == 404 && missing.type == Self.protobuf)
            #expect(try ProtobufCodec.kubernetes.decode(missing.bytes).string(.reason) == "NotFound")

            let noMessage = try await send(cluster, .post, maps, type: Self.protobuf, Array("{}".utf8))
            #expect(noMessage.code == 400)
            #expect(
                String(decoding: noMessage.bytes, as: UTF8.self).contains("does not appear to be a protobuf message"))

            let unknown = try await cluster.raw(.post, maps, .object(map("c")), type: "text/plain")
            #expect(unknown.code == 415 && unknown.message?.hasSuffix("application/yaml, \(Self.protobuf)") == true)
            let html = try await cluster.raw(.get, maps, accept: "text/html")
            #expect(html.code == 406)
        }
    }

    @Test("tables are not to be had as protobuf, custom resources neither; a second choice is taken")
    func whatHasNoMessages() async throws {
        try await withCluster { cluster in
            let maps = "/api/v1/namespaces/default/configmaps"
            let table = "as=Table;g=meta.k8s.io;v=v1"
            #expect(try await cluster.raw(.get, maps, accept: "\(Self.protobuf);\(table)").code == 406)
            let second = try await cluster.raw(
                .get, maps, accept: "\(Self.protobuf);\(table), application/json;\(table);q=0.5")
            #expect(second.json["kind"] == "Table")
        }
    }

    @Test("a watch in protobuf sends events with their length before them")
    func watch() async throws {
        try await withCluster { cluster in
            let maps = "/api/v1/namespaces/default/configmaps"
            _ = try await cluster.raw(.post, maps, .object(map("c")))
            let stream = try await send(
                cluster, .get, "\(maps)?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dc",
                accept: Self.protobuf)
            #expect(stream.type == "\(Self.protobuf);stream=watch")
            let length = stream.bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            #expect(stream.bytes.count == length + 4)
            #expect(stream.bytes.dropFirst(4).starts(with: [0x0A, 5] + Array("ADDED".utf8)))
        }
    }

    @Test("people get indented answers, programs do not")
    func people() async throws {
        try await withCluster { cluster in
            let indented = try await cluster.raw(.get, "/api/v1/namespaces/default?pretty=true").text
            #expect(indented.hasPrefix("{\n  \""))
            let plain = try await cluster.raw(.get, "/api/v1/namespaces/default").text
            #expect(!plain.contains("\n"))
        }
    }
}
