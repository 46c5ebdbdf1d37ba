/// A model's name, or with one `*` in it every name that fits.
struct ModelPattern: Sendable, Hashable {
    let text: String
    private let prefix: Substring
    /// nil: there is no `*`.
    private let suffix: Substring?

    init(_ text: String) {
        self.text = text
        let star = text.firstIndex(of: "*")
        prefix = star.map { text[..<$0] } ?? text[...]
        suffix = star.map { text[text.index(after: $0)...] }
    }

    var isWildcard: Bool { suffix != nil }
    /// Of several patterns that match, the one that says most is meant.
    var weight: Int { prefix.utf8.count + (suffix?.utf8.count ?? 0) }

    func matches(_ name: String) -> Bool { suffix == nil ? name == text : captured(by: name) != nil }

    /// What the `*` stands for in a name; nil where the name does not fit.
    func captured(by name: String) -> Substring? {
        guard let suffix, name.hasPrefix(prefix), name.hasSuffix(suffix),
            name.utf8.count > prefix.utf8.count + suffix.utf8.count
        else { return nil }
        return name.dropFirst(prefix.count).dropLast(suffix.count)
    }
}
