import ClawBase
import Crypto
import HTTPTypes

extension RegistryClient {
    /// The digest that an image's tag stands for now: that of the index, where there are images for several platforms.
    ///
    /// - Throws: as ``tags(of:_:since:)``.
    public func digest(of image: ImageReference, _ credentials: RegistryCredentials? = nil) async throws -> String {
        let address = try RegistryAddress(image)
        guard ImagePolicy.isTag(image.tag) else { throw Finding(.image, "The tag is no image's; write it as 1.29.") }
        return try await time.withDeadline(limits.deadline, "Asking for \(address.repository):\(image.tag)") {
            let url = "\(address.origin)/v2/\(address.repository)/manifests/\(image.tag)"
            let head = try await self.send(.head, url, Self.manifests, at: address, credentials)
            if let digest = head[Self.digestHeader] {
                guard Self.isDigest(digest) else { throw Finding(.registry, "The registry's digest is none.") }
                return digest
            }
            // Registries need not send it; a digest is the hash of the manifest's bytes.
            let whole = try await self.send(.get, url, Self.manifests, at: address, credentials)
            guard let bytes = try? await whole.body.collect(limit: self.limits.answer) else {
                throw Finding(.registry, "The registry's manifest is too large, or broke off.")
            }
            return "sha256:\(Hex.encode(SHA256.hash(data: bytes)))"
        }
    }

    private static let manifests: HTTPFields = [
        .accept: [
            "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
        ].joined(separator: ", ")
    ]

    /// <https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests>
    static func isDigest(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = ["sha256": 64, "sha512": 128][parts[0]] else { return false }
        return parts[1].utf8.count == length
            && parts[1].utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
