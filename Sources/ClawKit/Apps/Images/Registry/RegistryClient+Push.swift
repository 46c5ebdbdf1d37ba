public import ClawBase
import ClawDocuments
import Crypto
import HTTPTypes

extension RegistryClient {
    /// Brings an image to its registry: blobs that are not there yet, then the manifest under the reference's tag.
    ///
    /// Blobs go in pieces, so that one of any size takes little memory; each is held against its digest on the way.
    /// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push>
    /// - Returns: the manifest's digest, by which the image is meant whatever becomes of the tag.
    /// - Throws: ``Finding``: `E_REGISTRY`, `E_REGISTRY_DENIED`, `E_REGISTRY_BUSY`, `E_UNREACHABLE`, `E_IMAGE`,
    ///   `E_IMAGE_LAYOUT` where a blob is not what its manifest says; ``SystemError``.
    @discardableResult
    public func push(
        _ layout: ImageLayout, to image: ImageReference, _ credentials: RegistryCredentials? = nil
    ) async throws -> String {
        let address = try RegistryAddress(image)
        guard ImagePolicy.isTag(image.tag) else { throw Finding(.image, "The tag is no image's; write it as 1.29.") }
        let manifest = try layout.manifest()
        for blob in manifest.blobs {
            try await time.withDeadline(limits.pushDeadline, "Pushing a blob of \(blob.size) bytes") {
                try await self.push(blob, of: layout, to: address, credentials)
            }
        }
        return try await time.withDeadline(limits.deadline, "Pushing \(address.repository):\(image.tag)") {
            let url = "\(address.origin)/v2/\(address.repository)/manifests/\(image.tag)"
            let answer = try await self.send(
                .put, url, [.contentType: manifest.mediaType], .bytes(manifest.bytes), at: address, credentials,
                for: .pushing, accepting: [201])
            // Registries need not tell; one that tells another digest has taken something else.
            if let told = answer[Self.digestHeader], told != manifest.digest {
                throw Finding(.registry, "The registry has taken the manifest as \(ObjectName.shown(told)).")
            }
            return manifest.digest
        }
    }

    private func push(
        _ blob: ImageLayout.Blob, of layout: ImageLayout, to address: RegistryAddress,
        _ credentials: RegistryCredentials?
    ) async throws {
        let blobs = "\(address.origin)/v2/\(address.repository)/blobs"
        let head = try await send(
            .head, "\(blobs)/\(blob.digest)", [:], .empty, at: address, credentials, for: .pushing, accepting: [200, 404])
        if head.status == .ok { return }
        let begun = try await send(
            .post, "\(blobs)/uploads/", [:], .empty, at: address, credentials, for: .pushing, accepting: [202])
        var place = try Self.place(begun, address)
        let least = begun["oci-chunk-min-length"].flatMap { Int($0) } ?? 0
        guard least <= limits.largestPiece else {
            throw Finding(.registry, "The registry wants pieces of \(least) bytes at least, more than \(limits.largestPiece).")
        }
        let file = try layout.open(blob)
        var (hash, offset) = (SHA256(), 0)
        repeat {
            let bytes = try file.read(min(max(limits.piece, least), blob.size - offset), at: offset)
            guard !bytes.isEmpty || blob.size == 0 else { break }
            hash.update(data: bytes)
            if !bytes.isEmpty {
                let answer = try await send(
                    .patch, place,
                    [.contentType: "application/octet-stream", .contentRange: "\(offset)-\(offset + bytes.count - 1)"],
                    .bytes(bytes), at: address, credentials, for: .pushing, accepting: [202])
                place = try Self.place(answer, address)
            }
            offset += bytes.count
        } while offset < blob.size
        let digest = "sha256:\(Hex.encode(hash.finalize()))"
        guard digest == blob.digest, try file.size() == offset else {
            throw Finding(
                .layout, "The blob \(blob.digest) of the layout is \(digest) of \(offset) bytes; make the layout anew.")
        }
        let end = "\(place)\(place.contains("?") ? "&" : "?")digest=\(Percent.encode(digest))"
        _ = try await send(
            .put, end, [.contentType: "application/octet-stream"], .empty, at: address, credentials, for: .pushing,
            accepting: [201])
    }

    /// Where an upload goes on: at the same registry and nowhere else, for what is sent is its owner's, and so are the
    /// credentials that go with it.
    private static func place(_ answer: Response, _ address: RegistryAddress) throws(Finding) -> String {
        guard let location = answer.headers[.location], !location.contains("#"),
            location.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Finding(.registry, "The registry does not say where the upload goes on.") }
        if location.hasPrefix("/"), !location.hasPrefix("//") { return address.origin + location }
        guard location.hasPrefix("\(address.origin)/") else {
            throw Finding(.registry, "The registry has the upload go on elsewhere, at \(ObjectName.shown(location)).")
        }
        return location
    }

    static let digestHeader = "docker-content-digest"
}

extension Response {
    /// A header by its name in lower case.
    subscript(name: String) -> String? { headers.first { $0.name.canonicalName == name }?.value }
}

extension FindingCode {
    /// An image layout is unfinished, or not what it says.
    public static let layout = FindingCode(rawValue: "E_IMAGE_LAYOUT")
}
