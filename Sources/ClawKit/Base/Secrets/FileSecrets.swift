import FoundationEssentials

/// Secrets in files, read at every use: a mounted file that changes holds at once.
public struct FileSecrets: SecretSource {
    /// No key is larger; a wrong path to something big must not fill memory.
    private static let limit = 64 << 10

    /// Where relative paths start; nil: the working directory.
    private let base: String?

    public init(relativeTo base: String? = nil) { self.base = base }

    public func secret(_ reference: SecretReference) async throws -> Secret<String> {
        guard case .file(let path) = reference else { throw Finding.unserved(reference) }
        let place = path.hasPrefix("/") || base == nil ? path : "\(base ?? ".")/\(path)"
        let attributes = try? FileManager.default.attributesOfItem(atPath: place)
        guard let size = (attributes?[.size] as? any BinaryInteger).map({ Int($0) }), let bytes = read(place, size) else {
            throw Finding(.secretMissing, "The secret's file \(place) cannot be read; create it, readable to this user.")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Finding(.secretMissing, "The secret's file \(place) is not UTF-8 text.")
        }
        let trimmed = text.reversed().drop { $0.isWhitespace }.reversed()
        guard !trimmed.isEmpty else { throw Finding(.secretMissing, "The secret's file \(place) is empty; fill it.") }
        return Secret(String(trimmed))
    }

    private func read(_ place: String, _ size: Int) -> [UInt8]? {
        guard size <= Self.limit else { return nil }
        return (try? Data(contentsOf: URL(filePath: place))).map { Array($0) }
    }
}
