/// The name of an image: `registry/repository:tag`, `registry/repository@sha256:…`, or both.
public struct ImageReference: Sendable, Hashable {
    /// `docker.io`, `localhost:5000`; empty: the node's default.
    public var registry: String
    /// `library/nginx`
    public var repository: String
    /// Empty where only the digest counts.
    public var tag: String
    /// `sha256:…`
    public var digest: String?

    public init(registry: String, repository: String, tag: String, digest: String? = nil) {
        (self.registry, self.repository, self.tag, self.digest) = (registry, repository, tag, digest)
    }

    /// A tag that is a digest, or has one behind it, names the image by it.
    init(_ image: Rollout.Image) {
        self.init(registry: image.registry, repository: image.repository, tag: image.tag)
        if let mark = image.tag.firstIndex(of: "@") {
            (tag, digest) = (String(image.tag[..<mark]), String(image.tag[image.tag.index(after: mark)...]))
        } else if image.tag.hasPrefix("sha256:") {
            (tag, digest) = ("", image.tag)
        }
    }

    /// Reads what ``description`` writes: the registry is everything before the first slash.
    public init?(_ text: String) {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        var rest = text[text.index(after: slash)...]
        var digest: String?
        if let mark = rest.firstIndex(of: "@") {
            digest = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        let colon = rest.lastIndex(of: ":")
        let tag = colon.map { String(rest[rest.index(after: $0)...]) } ?? ""
        let repository = String(colon.map { rest[..<$0] } ?? rest)
        guard !repository.isEmpty, !tag.isEmpty || digest != nil else { return nil }
        self.init(registry: String(text[..<slash]), repository: repository, tag: tag, digest: digest)
    }

    /// Whether both name images of one repository.
    func isSameRepository(as other: ImageReference) -> Bool {
        registry == other.registry && repository == other.repository
    }
}

extension ImageReference: CustomStringConvertible {
    public var description: String {
        var text = registry.isEmpty ? repository : "\(registry)/\(repository)"
        if !tag.isEmpty { text += ":\(tag)" }
        if let digest { text += "@\(digest)" }
        return text
    }
}
