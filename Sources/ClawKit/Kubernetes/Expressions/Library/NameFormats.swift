/// Kubernetes' rules for names, with its own words for what breaks them
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>).
enum NameFormats {
    private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { isLower(byte) || (65...90).contains(byte) }

    /// A prefix may end in a dash, since more follows.
    private static func completed(_ text: String, _ isPrefix: Bool) -> String {
        isPrefix && text.hasSuffix("-") ? String(text.dropLast()) + "a" : text
    }

    private static func tooLong(_ limit: Int) -> String { "must be no more than \(limit) bytes" }

    static func label(_ text: String, isPrefix: Bool) -> [String] {
        let text = completed(text, isPrefix)
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooLong(63)) }
        if !isLabel(text.utf8) {
            problems.append(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
                    + "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
                    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
        }
        return problems
    }

    private static func isLabel(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last, first != 45, last != 45 else { return false }
        return bytes.allSatisfy { isLower($0) || isDigit($0) || $0 == 45 }
    }

    static func subdomain(_ text: String, isPrefix: Bool) -> [String] {
        let text = completed(text, isPrefix)
        var problems: [String] = []
        if text.utf8.count > 253 { problems.append(tooLong(253)) }
        if !text.utf8.split(separator: 46, omittingEmptySubsequences: false).allSatisfy(isLabel) {
            problems.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
                    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
        }
        return problems
    }

    static func label1035(_ text: String, isPrefix: Bool) -> [String] {
        let text = completed(text, isPrefix)
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooLong(63)) }
        if !isLabel(text.utf8) || !(text.utf8.first.map(isLower) ?? false) {
            problems.append(
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                    + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
                    + "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")
        }
        return problems
    }

    private static func isName(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last else { return false }
        return (isLetter(first) || isDigit(first)) && (isLetter(last) || isDigit(last))
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || "-_.".utf8.contains($0) }
    }

    private static let nameRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    static let qualifiedName: @Sendable (String) -> [String] = { text in
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        var problems: [String] = []
        var name = parts[0]
        if parts.count == 2 {
            name = parts[1]
            if parts[0].isEmpty {
                problems.append("prefix part must be non-empty")
            } else {
                problems += subdomain(String(parts[0]), isPrefix: false).map { "prefix part " + $0 }
            }
        } else if parts.count > 2 {
            return [
                "a qualified name \(nameRule) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            problems.append("name part " + tooLong(63))
        }
        if !isName(name.utf8) { problems.append("name part " + nameRule) }
        return problems
    }

    static let labelValue: @Sendable (String) -> [String] = { text in
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooLong(63)) }
        if !text.isEmpty, !isName(text.utf8) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex "
                    + "used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
        }
        return problems
    }

    static func isUUID(_ text: String) -> Bool {
        // Dashes are optional, as in OpenAPI's format.
        let groups =
            text.contains("-")
            ? text.split(separator: "-", omittingEmptySubsequences: false).map(\.count) : [8, 4, 4, 4, 12]
        let digits = text.filter { $0 != "-" }
        return groups == [8, 4, 4, 4, 12] && digits.utf8.count == 32 && digits.allSatisfy { $0.isHexDigit }
    }
}

/// Texts that stand for something on the network, for whoever validates documents.
package enum NetworkText {
    package static func isURL(_ text: String) -> Bool { (try? URLValue.parse(text)) != nil }

    /// - Parameter bytes: 4 or 16.
    package static func isAddress(_ text: String, bytes: Int) -> Bool {
        (try? NetworkAddress.parse(text))?.bytes.count == bytes
    }

    package static func isNetwork(_ text: String) -> Bool { (try? NetworkValue.parse(text)) != nil }
}
