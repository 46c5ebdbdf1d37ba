import ClawBase
import Synchronization

/// Takes secrets out of texts that many may read.
final class NoteRedaction: Sendable {
    private let values = Mutex<[String]>([])
    private static let mostValues = 1024
    /// Shorter ones would take words out of every text.
    private static let shortest = 6

    func hide(_ secret: Secret<String>) {
        let value = secret.reveal()
        guard value.count >= Self.shortest else { return }
        values.withLock { values in
            guard !values.contains(value) else { return }
            if values.count == Self.mostValues { values.removeFirst() }
            // The longest first: one may be a part of another.
            values.insert(value, at: values.firstIndex { $0.count < value.count } ?? values.endIndex)
        }
    }

    func redacted(_ text: String) -> String {
        var result = text
        for value in values.withLock({ $0 }) where result.contains(value) {
            result = result.replacing(value, with: "[redacted]")
        }
        return Self.withoutCredentials(result)
    }

    /// What follows `Bearer` or `Basic`, and passwords in URLs.
    private static func withoutCredentials(_ text: String) -> String {
        var result: [Substring] = []
        var hidesNext = false
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if hidesNext {
                result.append("[redacted]")
            } else if let scheme = word.firstRange(of: "://"),
                let at = word[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
            {
                result.append("\(word[..<scheme.upperBound])[redacted]\(word[at...])")
            } else {
                result.append(word)
            }
            hidesNext = ["bearer", "basic"].contains(word.lowercased().filter(\.isLetter))
        }
        return result.joined(separator: " ")
    }
}
