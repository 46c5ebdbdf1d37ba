package import ClawDocuments

/// Keys of labels, annotations, taints and resources: `[prefix/]name`.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>
extension NameRules {
    package static func qualifiedName(_ text: String) -> [String] {
        if isShortName(text) { return [] }
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
        if text.isEmpty || isShortName(text) { return [] }
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

    /// Whether the text is a name without a prefix, as most are.
    private static func isShortName(_ text: String) -> Bool { text.utf8.count <= 63 && isQualified(text[...]) }

    /// Whether labels are such that ``qualifiedName(_:)`` and ``labelValue(_:)`` have nothing to say.
    package static func areLabels(_ labels: JSONObject) -> Bool {
        var areGood = true
        labels.forEachMember { key, value in
            guard areGood else { return }
            let text = value.string ?? ""
            areGood = (isShortName(key.name) || qualifiedName(key.name).isEmpty) && (text.isEmpty || isShortName(text))
        }
        return areGood
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
