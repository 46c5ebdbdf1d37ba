/// An image's name in full, as container runtimes read short ones.
/// <https://kubernetes.io/docs/concepts/containers/images/#image-names>
enum ImageName {
    /// The same as ``PolicyAdmission`` says in CEL.
    static func qualified(_ image: String) -> String {
        guard let slash = image.firstIndex(of: "/") else { return "docker.io/library/\(image)" }
        let first = image[..<slash]
        return first.contains(".") || first.contains(":") || first == "localhost" ? image : "docker.io/\(image)"
    }

    /// Whether an image is of a registry, or of a path in one.
    static func isImage(_ qualified: String, of registry: String) -> Bool {
        guard qualified.hasPrefix(registry) else { return false }
        guard let next = qualified.dropFirst(registry.count).first else { return registry.contains("/") }
        // What follows a registry's name and a colon is a port, and so another registry.
        return next == "/" || (registry.contains("/") && (next == ":" || next == "@"))
    }

    static func hasDigest(_ image: String) -> Bool { image.contains("@sha256:") }
}
