import FoundationEssentials

/// Secrets in files, read at every use: a mounted file that changes holds at once.
public struct FileSecrets: SecretSource {
    /// No key is larger.
    private static let limit = 64 << 10

    /// Where relative paths start; nil: the working directory.
    private let base: String?

    public init(relativeTo base: String? = nil) { self.base = base }

    public func secret(_ reference: SecretLocation) async throws -> Secret<String> {
        guard case .file(let path) = reference else { throw Finding.unserved(reference) }
        let place = path.hasPrefix("/") || base == nil ? path : "\(base ?? ".")/\(path)"
        // Mapped, so that a wrong path to something big does not fill memory before it is refused.
        guard let data = try? Data(contentsOf: URL(filePath: place), options: .mappedIfSafe), data.count <= Self.limit
        else {
            throw Finding(
                .secretMissing,
                "The secret's file \(place) cannot be read; create it, readable to this user, up to 64 KiB.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Finding(.secretMissing, "The secret's file \(place) is not UTF-8 text.")
        }
        let trimmed = text.reversed().drop { $0.isWhitespace }.reversed()
        guard !trimmed.isEmpty else { throw Finding(.secretMissing, "The secret's file \(place) is empty; fill it.") }
        return Secret(String(trimmed))
    }
}
