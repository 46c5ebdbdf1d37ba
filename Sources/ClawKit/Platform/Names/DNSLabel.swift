public import ClawBase

/// A name by RFC 1123: 1 to 63 of `a–z`, `0–9` and `-`, starting and ending with a letter or digit.
///
/// Kubernetes takes namespaces and most object names in this form, and a host name's parts must have it, so
/// tenants, projects, users and runtimes are named by it.
public struct DNSLabel: Sendable, Hashable, Comparable, CustomStringConvertible {
    public static let maximumLength = 63

    public let description: String

    /// - Parameters:
    ///   - field: where the name stands, for the finding (`name`, `spec.user`).
    ///   - limit: fewer characters where something is appended to the name later.
    /// - Throws: ``Finding`` (`E_NAME`) with the broken rule and, where one is near, a name that would do.
    public init(
        _ text: some StringProtocol, field: String = "name", limit: Int = DNSLabel.maximumLength
    ) throws(Finding) {
        guard let rule = Self.brokenRule(text, limit: limit) else {
            description = String(text)
            return
        }
        let shown = String(text.prefix(80))
        let mend = Self.suggestion(for: text, limit: limit).map { "; '\($0)' would do" } ?? ""
        throw Finding(.badName, "'\(shown)' is not a valid name (RFC 1123): \(rule)\(mend).", field: field)
    }

    private static func brokenRule(_ text: some StringProtocol, limit: Int) -> String? {
        let bytes = text.utf8
        if bytes.isEmpty { return "it must not be empty" }
        if !bytes.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") }) {
            return "only lower-case letters a-z, digits and '-' may stand in it"
        }
        if bytes.count > limit { return "it has \(bytes.count) characters, at most \(limit) may be" }
        if !isAlphanumeric(bytes.first!) || !isAlphanumeric(bytes[bytes.index(bytes.endIndex, offsetBy: -1)]) {
            return "it must start and end with a letter or digit"
        }
        return nil
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    /// The text with what may not be there replaced or taken away; nil where too little is left.
    private static func suggestion(for text: some StringProtocol, limit: Int) -> String? {
        var bytes = text.lowercased().utf8.prefix(256).map { isAlphanumeric($0) ? $0 : UInt8(ascii: "-") }
        bytes = Array(bytes.drop { $0 == UInt8(ascii: "-") }.prefix(limit))
        while bytes.last == UInt8(ascii: "-") { bytes.removeLast() }
        guard bytes.contains(where: { $0 != UInt8(ascii: "-") }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    public static func < (a: DNSLabel, b: DNSLabel) -> Bool { a.description < b.description }
}
