import ClawBase
import ClawDocuments
@testable import ClawPlatform
import Crypto
import Foundation
import Testing

@Suite("Images of kubelets' checkpoint archives")
struct RestoreImageTests {
    /// An archive with nothing in it but a mark of what it is.
    private static let archive: [UInt8] = {
        var bytes = [UInt8](repeating: 0, count: 3 << 20)
        bytes.replaceSubrange(257..<262, with: Array("ustar".utf8))
        bytes[2_000_000] = 7
        return bytes
    }()

    private static func inDirectory(_ body: (String) throws -> Void) throws {
        let directory = NSTemporaryDirectory() + "clawkit-image-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    private static func json(_ path: String) throws -> JSON {
        try JSONParser.parse(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    @Test("the archive is the only layer, as it is; the annotation says whose it was; every digest is its blob's")
    func layout() throws {
        try Self.inDirectory { directory in
            try Data(Self.archive).write(to: URL(fileURLWithPath: "\(directory)/a.tar"))
            let image = RestoreImage(container: "counter", tag: "kept", architecture: "amd64")
            let digest = try image.write(archive: "\(directory)/a.tar", into: "\(directory)/image")
            let index = try Self.json("\(directory)/image/index.json")
            let entry = try #require(index["manifests"]?[0])
            #expect(entry["digest"]?.string == digest)
            #expect(entry["annotations"]?["org.opencontainers.image.ref.name"]?.string == "kept")
            #expect(try Self.json("\(directory)/image/oci-layout")["imageLayoutVersion"]?.string == "1.0.0")
            func blob(_ descriptor: JSON?) throws -> Data {
                let name = try #require(descriptor?["digest"]?.string)
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/image/blobs/sha256/\(name.dropFirst(7))"))
                #expect(name == "sha256:" + Hex.encode(SHA256.hash(data: Array(data))))
                #expect(descriptor?["size"]?.integer == Int64(data.count))
                return data
            }
            let manifest = try JSONParser.parse(Array(try blob(entry)))
            #expect(manifest["annotations"]?["io.kubernetes.cri-o.annotations.checkpoint.name"]?.string == "counter")
            #expect(try blob(manifest["layers"]?[0]) == Data(Self.archive))
            let config = try JSONParser.parse(Array(try blob(manifest["config"])))
            #expect(config["rootfs"]?["diff_ids"]?[0]?.string == manifest["layers"]?[0]?["digest"]?.string)
            #expect(config["architecture"]?.string == "amd64" && config["os"]?.string == "linux")
        }
    }

    @Test("what is no archive, and where something is already, is refused and left alone")
    func refused() throws {
        try Self.inDirectory { directory in
            try Data("not a tar".utf8).write(to: URL(fileURLWithPath: "\(directory)/a.tar"))
            try Data(Self.archive).write(to: URL(fileURLWithPath: "\(directory)/b.tar"))
            let image = RestoreImage(container: "counter", architecture: "amd64")
            #expect { try image.write(archive: "\(directory)/a.tar", into: "\(directory)/image") } throws: {
                ($0 as? Finding)?.code.rawValue == "E_ARCHIVE"
            }
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/image"))
            #expect { try image.write(archive: "\(directory)/b.tar", into: directory) } throws: {
                ($0 as? Finding)?.code == .alreadyExists
            }
        }
    }
}
