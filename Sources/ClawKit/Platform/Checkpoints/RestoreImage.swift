public import ClawBase
import ClawDocuments
import ClawKubernetes
import Crypto

/// A kubelet's checkpoint archive as an image that CRI-O restores a container from: an OCI image layout
/// (<https://github.com/opencontainers/image-spec/blob/main/image-layout.md>), to be pushed by any tool that knows them.
///
/// The archive is the image's only layer, as it is; an annotation tells whose it was.
/// <https://kubernetes.io/blog/2022/12/05/forensic-container-checkpointing-alpha/>
public struct RestoreImage: Sendable, Hashable {
    public static let annotation = "io.kubernetes.cri-o.annotations.checkpoint.name"
    private static let pieceSize = 1 << 20

    /// The container that the archive is of.
    public var container: String
    /// What the image is called in its layout.
    public var tag: String
    /// Of the machine that the archive was made on, in OCI's words: `amd64`, `arm64`.
    public var architecture: String

    public init(container: String, tag: String = "latest", architecture: String) {
        (self.container, self.tag, self.architecture) = (container, tag, architecture)
    }

    /// Writes the layout into a directory that is not there, or empty.
    /// - Returns: the digest of the image's manifest.
    /// - Throws: ``Finding`` where the archive is none, or the directory is in use; ``SystemError``.
    @discardableResult
    public func write(archive: String, into directory: String) throws -> String {
        let source = try SystemFile.open(archive, .read)
        guard try Self.isTar(source) else {
            throw Finding(.badArchive, "'\(archive)' is no tar archive; name what the kubelet has made.", field: "archive")
        }
        guard (try? FileTree.names(in: directory))?.isEmpty ?? true else {
            throw Finding(.alreadyExists, "'\(directory)' is not empty; name a new directory.", field: "directory")
        }
        let blobs = "\(directory)/blobs/sha256"
        try FileTree.makeDirectory(blobs)
        let layer = try Self.copy(source, into: blobs)
        let config = try Self.put(
            [
                "architecture": .string(architecture), "os": "linux", "config": [:],
                "rootfs": ["type": "layers", "diff_ids": [.string(layer.digest)]],
            ], into: blobs)
        let manifest = try Self.put(
            [
                "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": config.descriptor("application/vnd.oci.image.config.v1+json"),
                "layers": [layer.descriptor("application/vnd.oci.image.layer.v1.tar")],
                "annotations": [Self.annotation: .string(container)],
            ], into: blobs)
        var entry = manifest.descriptor("application/vnd.oci.image.manifest.v1+json").object ?? [:]
        entry["annotations"] = ["org.opencontainers.image.ref.name": .string(tag)]
        try Self.store(JSON.object(["schemaVersion": 2, "manifests": [.object(entry)]]).bytes(), "\(directory)/index.json")
        // Last: a layout without it is unfinished.
        try Self.store(JSON.object(["imageLayoutVersion": "1.0.0"]).bytes(), "\(directory)/oci-layout")
        return manifest.digest
    }

    private struct Blob {
        var digest: String
        var size: Int

        func descriptor(_ type: String) -> JSON {
            ["mediaType": .string(type), "digest": .string(digest), "size": .integer(Int64(size))]
        }
    }

    /// By the mark of its first member's header.
    private static func isTar(_ file: SystemFile) throws -> Bool {
        let block = try file.read(512, at: 0)
        return block.count == 512 && Array(block[257..<262]) == Array("ustar".utf8)
    }

    private static func copy(_ source: SystemFile, into blobs: String) throws -> Blob {
        let path = "\(blobs)/unfinished"
        let target = try SystemFile.open(path, .create)
        var (hash, size) = (SHA256(), 0)
        while true {
            let bytes = try source.read(pieceSize, at: size)
            if bytes.isEmpty { break }
            try bytes.withUnsafeBytes { try target.write($0, at: size) }
            hash.update(data: bytes)
            size += bytes.count
        }
        try target.sync()
        let digest = Hex.encode(hash.finalize())
        try FileTree.rename(path, to: "\(blobs)/\(digest)")
        return Blob(digest: "sha256:\(digest)", size: size)
    }

    private static func put(_ object: JSONObject, into blobs: String) throws -> Blob {
        let bytes = JSON.object(object).bytes(.canonical)
        let digest = Hex.encode(SHA256.hash(data: bytes))
        try store(bytes, "\(blobs)/\(digest)")
        return Blob(digest: "sha256:\(digest)", size: bytes.count)
    }

    private static func store(_ bytes: [UInt8], _ path: String) throws {
        let file = try SystemFile.open(path, .create)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
        try file.sync()
    }
}
