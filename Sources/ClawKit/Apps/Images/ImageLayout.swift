public import ClawBase
import ClawDocuments
import Crypto

/// An image in a directory, as the Open Container Initiative lays it out.
/// <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>
public struct ImageLayout: Sendable, Hashable {
    struct Blob: Sendable, Hashable {
        /// `sha256:…`
        var digest: String
        var size: Int
    }

    struct Manifest: Sendable, Hashable {
        var mediaType: String
        var bytes: [UInt8]
        var digest: String
        /// Its layers and its configuration.
        var blobs: [Blob]
    }

    public let directory: String
    /// What the image is called in the directory; nil: it is the only one.
    public let name: String?

    private static let manifestLimit = 4 << 20

    public init(_ directory: String, name: String? = nil) { (self.directory, self.name) = (directory, name) }

    /// - Throws: ``Finding`` `E_IMAGE_LAYOUT`; ``SystemError``.
    func manifest() throws -> Manifest {
        guard (try? json("oci-layout"))?["imageLayoutVersion"]?.string == "1.0.0" else {
            throw Finding(.layout, "'\(directory)' is no image layout, or an unfinished one.", field: "directory")
        }
        let all = try json("index.json")["manifests"]?.array ?? []
        let named = all.filter { entry in
            name == nil || entry["annotations"]?["org.opencontainers.image.ref.name"]?.string == name
        }
        guard named.count == 1, let entry = named.first, let digest = entry["digest"]?.string,
            let mediaType = entry["mediaType"]?.string
        else {
            throw Finding(
                .layout, "'\(directory)' holds \(named.count) images\(name.map { " called \($0)" } ?? ""), not one.",
                field: "directory")
        }
        let bytes = try read(try path(digest))
        let found = "sha256:\(Hex.encode(SHA256.hash(data: bytes)))"
        guard found == digest, let manifest = try? JSONParser.parse(bytes) else {
            throw Finding(.layout, "The manifest \(digest) of the layout is \(found); make the layout anew.")
        }
        let parts = (manifest["layers"]?.array ?? []) + [manifest["config"] ?? .null]
        var blobs: [Blob] = []
        for part in parts {
            guard let digest = part["digest"]?.string, let size = part["size"]?.integer, size >= 0 else {
                throw Finding(.layout, "The manifest \(digest) of the layout names a blob without digest or size.")
            }
            if !blobs.contains(where: { $0.digest == digest }) { blobs.append(Blob(digest: digest, size: Int(size))) }
        }
        return Manifest(mediaType: mediaType, bytes: bytes, digest: digest, blobs: blobs)
    }

    func open(_ blob: Blob) throws -> SystemFile { try SystemFile.open(try path(blob.digest), .read) }

    /// Nothing but blobs of the layout.
    private func path(_ digest: String) throws(Finding) -> String {
        guard digest.hasPrefix("sha256:"), RegistryClient.isDigest(digest) else {
            throw Finding(.layout, "The layout names a digest that is none: \(ObjectName.shown(digest)).")
        }
        return "\(directory)/blobs/sha256/\(digest.dropFirst(7))"
    }

    private func json(_ name: String) throws -> JSON { try JSONParser.parse(try read("\(directory)/\(name)")) }

    private func read(_ path: String) throws -> [UInt8] {
        let bytes = try SystemFile.open(path, .read).read(Self.manifestLimit + 1, at: 0)
        guard bytes.count <= Self.manifestLimit else {
            throw Finding(.layout, "\(path) is larger than \(Self.manifestLimit) bytes.")
        }
        return bytes
    }
}
