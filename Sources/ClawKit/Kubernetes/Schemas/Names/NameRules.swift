/// Which texts names, keys and labels may be. Each function returns what is wrong, in Kubernetes' words.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
package enum NameRules {
    /// RFC 1123.
    package static func label(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooLong(63)) }
        if isLabel(text.utf8) { return problems }
        if isSubdomain(text) { return problems + ["must not contain dots"] }
        return problems + [
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
                + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
                + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
        ]
    }

    /// RFC 1123.
    package static func subdomain(_ text: String) -> [String] {
        if text.utf8.count <= 253, isSubdomain(text) { return [] }
        var problems: [String] = []
        if text.utf8.count > 253 { problems.append(tooLong(253)) }
        if isSubdomain(text) { return problems }
        return problems + [
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
                + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ]
    }

    /// A subdomain whose first label is `*`.
    package static func wildcardSubdomain(_ text: String) -> [String] {
        if text.hasPrefix("*."), text.utf8.count <= 253, isSubdomain(String(text.dropFirst(2))) { return [] }
        return [
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
                + "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. "
                + "'*.example.com', regex used for validation is "
                + "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ]
    }

    /// RFC 1035: a label that begins with a letter.
    package static func letterLabel(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooLong(63)) }
        if isLabel(text.utf8), let first = text.utf8.first, isLower(first) { return problems }
        return problems + [
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
                + "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
        ]
    }

    /// A name that stands in a path, as of RBAC's kinds.
    package static func pathSegment(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }

    package static func portName(_ text: String) -> [String] {
        var problems: [String] = []
        let bytes = text.utf8
        if bytes.count > 15 { problems.append(tooLong(15)) }
        if bytes.isEmpty || !bytes.allSatisfy({ isLower($0) || isDigit($0) || $0 == hyphen }) {
            problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !bytes.contains(where: isLower) { problems.append("must contain at least one letter (a-z)") }
        if text.contains("--") { problems.append("must not contain consecutive hyphens") }
        if bytes.first == hyphen || bytes.last == hyphen { problems.append("must not begin or end with a hyphen") }
        return problems
    }

    /// A key of a config map or secret.
    package static func configKey(_ text: String) -> [String] {
        if isConfigKey(text) { return [] }
        var problems: [String] = []
        if text.utf8.count > 253 { problems.append(tooLong(253)) }
        if text.isEmpty || !text.utf8.allSatisfy(isNameCharacter) {
            problems.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                    + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")
        }
        if text == "." || text == ".." {
            problems.append("must not be '\(text)'")
        } else if text.hasPrefix("..") {
            problems.append("must not start with '..'")
        }
        return problems
    }

    /// Whether ``configKey(_:)`` has nothing to say.
    package static func isConfigKey(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count <= 253, let first = bytes.first, bytes.allSatisfy(isNameCharacter) else { return false }
        return first != UInt8(ascii: ".") || (bytes.count > 1 && !text.hasPrefix(".."))
    }

    package static func environmentVariable(_ text: String) -> [String] {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }) { return [] }
        return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
    }

    package static func tooLong(_ limit: Int) -> String { "must be no more than \(limit) characters" }

    // MARK: characters

    package static let hyphen = UInt8(ascii: "-")
    package static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
    package static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    package static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLower(byte) || isDigit(byte) || (65...90).contains(byte)
    }
    package static func isNameCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == hyphen || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    private static func isLabel(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last, first != hyphen, last != hyphen else { return false }
        return bytes.allSatisfy { isLower($0) || isDigit($0) || $0 == hyphen }
    }

    /// Labels with dots between them.
    package static func isSubdomain(_ text: String) -> Bool {
        let dot = UInt8(ascii: ".")
        var previous = dot
        for byte in text.utf8 {
            switch byte {
            case dot: if previous == dot || previous == hyphen { return false }
            case hyphen: if previous == dot { return false }
            default: if !isLower(byte), !isDigit(byte) { return false }
            }
            previous = byte
        }
        return previous != dot && previous != hyphen
    }
}
