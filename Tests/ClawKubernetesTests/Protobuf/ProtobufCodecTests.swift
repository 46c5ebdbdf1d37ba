import ClawBase
import ClawDocuments
@testable import ClawKubernetes
import ClawModels
import Testing

@Suite("Kubernetes' protobuf encoding")
struct ProtobufCodecTests {
    private let codec = ProtobufCodec.kubernetes

    @Test("messages of another encoder are read as the JSON that Kubernetes has for them", arguments: GoldenMessage.all)
    func golden(message: GoldenMessage) throws {
        let bytes = try #require(Base64.decode(message.base64))
        let expected = try #require(try JSONParser.parse(Array(message.json.utf8)).object)
        #expect(try codec.decode(bytes) == expected)
    }

    @Test("what is written is what the other encoder writes, byte for byte", arguments: GoldenMessage.all)
    func bytes(message: GoldenMessage) throws {
        let object = try #require(try JSONParser.parse(Array(message.json.utf8)).object)
        // The other encoder's event has a moment that is none, which we leave out.
        guard object.string(.kind) != "Event" else { return }
        #expect(codec.encode(object).map { Base64.encode($0) } == message.base64)
    }

    @Test("an object of any kind that Kubernetes serves survives there and back, with all of its fields")
    func everyKind() throws {
        var random = RandomObjects(seed: 7)
        for resource in ResourceCatalogue.kubernetes.resources {
            guard let schema = resource.schemaName else { continue }
            for _ in 0..<4 {
                var object = random.object(of: schema, depth: 9)
                object.setKind(resource.type.apiVersion, resource.type.kind)
                let bytes = try #require(codec.encode(object), "\(resource.type)")
                let read = try codec.decode(bytes)
                #expect(read == object, "\(resource.type.kind)\n  wrote \(object)\n  read  \(read)")
            }
        }
    }

    @Test("a zero that was set stays where it means something, and goes where it means nothing")
    func zeros() throws {
        let text =
            #"{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":0,"minReadySeconds":0,"paused":false}}"#
        let object = try #require(try JSONParser.parse(Array(text.utf8)).object)
        let read = try codec.decode(try #require(codec.encode(object)))
        #expect(read["spec"]?.description == #"{"replicas":0}"#)
    }

    @Test("a list, its items, and kinds of every group are known; custom resources are not")
    func kinds() {
        #expect(codec.knows(apiVersion: "v1", kind: "PodList"))
        #expect(codec.knows(apiVersion: "apps/v1", kind: "DeleteOptions"))
        #expect(codec.knows(apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadataList"))
        #expect(!codec.knows(apiVersion: "meta.k8s.io/v1", kind: "Table"))
        #expect(!codec.knows(apiVersion: "example.com/v1", kind: "Ship"))
        #expect(codec.encode(["apiVersion": "example.com/v1", "kind": "Ship"]) == nil)
    }

    @Test("whatever the bytes, reading ends in an object or an error, and an object survives there and back")
    func hostile() throws {
        var numbers = SeededBytes(seed: 3)
        let golden = GoldenMessage.all.compactMap { Base64.decode($0.base64) }
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = golden[round % golden.count]
            for _ in 0..<Int.random(in: 1...6, using: &numbers) {
                let place = Int.random(in: 4..<bytes.count, using: &numbers)
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &numbers)
                case 1: bytes.insert(UInt8.random(in: .min ... .max, using: &numbers), at: place)
                case 2: bytes.removeLast(bytes.count > 12 ? min(bytes.count - 12, 3) : 0)
                default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
                }
            }
            guard let object = try? codec.decode(bytes), let again = codec.encode(object) else { continue }
            accepted += 1
            let read = try codec.decode(again)
            #expect(read == object, "round \(round): \(object) became \(read)")
        }
        #expect(accepted > 500)
    }

    @Test("a message within itself, deeper than anyone needs, is refused")
    func deep() throws {
        var schema: JSONObject = ["type": "object"]
        for _ in 0..<200 { schema = ["not": .object(schema)] }
        let versions: JSON = [["name": "v1", "schema": ["openAPIV3Schema": .object(schema)]]]
        let definition: JSONObject = [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": ["versions": versions],
        ]
        let bytes = try #require(codec.encode(definition))
        #expect(throws: ProtobufError.self) { try codec.decode(bytes) }
    }
}

struct SeededBytes: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
