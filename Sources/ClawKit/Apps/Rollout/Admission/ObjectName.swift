/// Names that Kubernetes takes. <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
enum ObjectName {
    static let labelRule = "use at most 63 lower-case letters, digits and '-', with a letter or digit at both ends"

    /// A label of RFC 1123.
    static func isLabel(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    /// Labels with dots between them.
    static func isSubdomain(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel($0) }
    }

    /// A label of RFC 1035, which begins with a letter.
    static func isServiceName(_ text: String) -> Bool {
        isLabel(text) && text.utf8.first.map { $0 >= UInt8(ascii: "a") } ?? false
    }

    /// A host, or all hosts of a domain; an address of the internet protocol is none.
    static func isHost(_ text: String) -> Bool {
        let name = text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
        let isAddress = name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        return isSubdomain(name) && !isAddress
    }

    /// A key of a Secret.
    static func isKey(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && text != "." && !text.hasPrefix("..")
            && text.utf8.allSatisfy {
                isAlphanumeric($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || "-_.".utf8.contains($0)
            }
    }

    /// A byte of an image's repository.
    static func isRepository(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-_./".utf8.contains(byte)
    }

    /// A text from outside, for a message: quoted, and not longer than a line.
    static func shown(_ text: String) -> String {
        let clean = text.unicodeScalars.prefix(60).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }
            .joined()
        return "'\(clean)\(text.unicodeScalars.count > 60 ? "…" : "")'"
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
