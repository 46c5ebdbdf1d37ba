/// A place in a JSON document (RFC 6901): `/metadata/labels/x~1y`.
struct JSONPointer: Sendable, Hashable {
    /// Names of members and positions of elements, from the root.
    let steps: [String]

    /// nil where the text is neither empty nor starts with a slash.
    init?(_ text: String) {
        if text.isEmpty {
            steps = []
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        steps = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Self.unescape)
    }

    /// `~1` is a slash and `~0` a tilde; any other tilde stands for itself, as in Kubernetes.
    private static func unescape(_ step: Substring) -> String {
        guard step.utf8.contains(UInt8(ascii: "~")) else { return String(step) }
        var result = ""
        var rest = step
        while let character = rest.unicodeScalars.first {
            rest = Substring(rest.unicodeScalars.dropFirst())
            if character == "~", let next = rest.unicodeScalars.first, next == "0" || next == "1" {
                result += next == "0" ? "~" : "/"
                rest = Substring(rest.unicodeScalars.dropFirst())
            } else {
                result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
