package import ClawDocuments
import ClawModels

/// Kubernetes' protobuf encoding: four bytes of magic, then an envelope that says what kind of object it holds.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding-idl>
package struct ProtobufCodec: Sendable {
    package static let mediaType = "application/vnd.kubernetes.protobuf"
    /// `k8s` and a zero.
    static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]
    /// How deep messages may nest.
    private static let depth = 128

    private let table: ProtobufTable
    /// The package of each group version's messages.
    private let packages: [String: String]

    /// The kinds of Kubernetes at generally available versions, read at first use.
    package static let kubernetes = ProtobufCodec(ProtobufTable(parsing: GeneratedMessages.text), .kubernetes)

    package init(_ table: ProtobufTable, _ catalogue: ResourceCatalogue) {
        self.table = table
        var packages = ["meta.k8s.io/v1": Self.meta, "apidiscovery.k8s.io/v2": "io.k8s.api.apidiscovery.v2"]
        for resource in catalogue.resources {
            guard let name = resource.schemaName, let end = name.lastIndex(of: ".") else { continue }
            packages[resource.type.apiVersion] = String(name[..<end])
        }
        self.packages = packages
    }

    private static let meta = "io.k8s.apimachinery.pkg.apis.meta.v1"

    /// Kinds such as Status and DeleteOptions are of every group.
    private func message(_ apiVersion: String, _ kind: String) -> Int? {
        packages[apiVersion].flatMap { table["\($0).\(kind)"] } ?? table["\(Self.meta).\(kind)"]
    }

    /// Whether objects of a kind can be encoded.
    package func knows(apiVersion: String, kind: String) -> Bool { message(apiVersion, kind) != nil }

    // MARK: writing

    /// An object in its envelope; nil where its kind has no messages, as those of custom resources.
    package func encode(_ object: JSONObject) -> [UInt8]? {
        guard let apiVersion = object.string(.apiVersion), let kind = object.string(.kind),
            let message = message(apiVersion, kind)
        else { return nil }
        var out = ProtobufBuffer()
        out.nested(1) {
            $0.text(1, apiVersion)
            $0.text(2, kind)
        }
        out.nested(2) { ProtobufEncoder(table: table).write(object, message, to: &$0) }
        out.text(3, "")
        out.text(4, "")
        return Self.magic + out.bytes
    }

    /// One event of a watch with its length before it; nil where the object's kind has no messages.
    package func encodeFrame(_ event: JSONObject) -> [UInt8]? {
        guard let object = event[.object]?.object.flatMap({ encode($0) }) else { return nil }
        var out = ProtobufBuffer()
        out.text(1, event.string(.type) ?? "")
        out.nested(2) { $0.data(1, object) }
        return ProtobufBuffer.framed(out.bytes)
    }

    // MARK: reading

    /// An object from its envelope, with its version and kind. Of a kind without messages only those two are given.
    /// - Parameter type: what an envelope that does not say holds.
    package func decode(
        _ bytes: [UInt8], type: (apiVersion: String, kind: String) = ("", "")
    ) throws(ProtobufError) -> JSONObject {
        guard bytes.starts(with: Self.magic) else {
            throw ProtobufError(
                "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
        }
        return try decode(bytes[...], type, depth: Self.depth)
    }

    private func decode(
        _ bytes: ArraySlice<UInt8>, _ type: (apiVersion: String, kind: String), depth: Int
    ) throws(ProtobufError) -> JSONObject {
        guard depth > 0 else { throw ProtobufError("the message nests too deep") }
        let envelope = try Envelope(bytes.dropFirst(Self.magic.count))
        let apiVersion = envelope.apiVersion.isEmpty ? type.apiVersion : envelope.apiVersion
        let kind = envelope.kind.isEmpty ? type.kind : envelope.kind
        var object: JSONObject = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
        guard let message = message(apiVersion, kind) else { return object }
        let decoder = ProtobufDecoder(table: table) { bytes, depth throws(ProtobufError) in
            try self.decode(bytes, ("", ""), depth: depth)
        }
        for (name, value) in try decoder.object(envelope.raw, message, depth: depth) { object[name] = value }
        return object
    }

    /// `runtime.Unknown`.
    private struct Envelope {
        var apiVersion = ""
        var kind = ""
        var raw: ArraySlice<UInt8> = []

        init(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
            var reader = ProtobufReader(bytes)
            while let (number, wire) = try reader.next() {
                switch (number, wire) {
                case (1, .bytes): try readType(try reader.lengthDelimited())
                case (2, .bytes): raw = try reader.lengthDelimited()
                case (3, .bytes):
                    // Nothing is ever packed further: https://github.com/kubernetes/apimachinery, runtime.Unknown.
                    guard try reader.lengthDelimited().isEmpty else {
                        throw ProtobufError("an unknown content encoding")
                    }
                default: try reader.skip(wire)
                }
            }
        }

        private mutating func readType(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
            var reader = ProtobufReader(bytes)
            while let (number, wire) = try reader.next() {
                switch (number, wire) {
                case (1, .bytes): apiVersion = String(decoding: try reader.lengthDelimited(), as: UTF8.self)
                case (2, .bytes): kind = String(decoding: try reader.lengthDelimited(), as: UTF8.self)
                default: try reader.skip(wire)
                }
            }
        }
    }
}
