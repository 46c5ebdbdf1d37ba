/// Keys of labels, annotations, taints and resources: `[prefix/]name`.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>
extension NameRules {
    package static func qualifiedName(_ text: String) -> [String] {
        var name = text[...]
        var problems: [String] = []
        if let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) {
            let prefix = text[..<slash]
            name = text[text.utf8.index(after: slash)...]
            if name.utf8.contains(UInt8(ascii: "/")) { return [malformedKey] }
            if prefix.isEmpty {
                problems.append("prefix part must be non-empty")
            } else {
                problems += subdomain(String(prefix)).map { "prefix part \($0)" }
            }
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            problems.append("name part \(tooLong(63))")
        }
        if !isQualified(name) { problems.append("name part \(characters)") }
        return problems
    }

    package static func labelValue(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooLong(63)) }
        if !text.isEmpty, !isQualified(text[...]) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
                    + "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex "
                    + "used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
        }
        return problems
    }

    private static func isQualified(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, let last = name.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last) && name.utf8.allSatisfy(isNameCharacter)
    }

    private static let characters =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    private static let malformedKey =
        "a valid label key \(characters) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
}
