package import ClawBase
package import Yams

/// Values that are more than texts and whole numbers.
extension ConfigurationReader {
    package mutating func boolean(_ members: Members, _ name: String) -> Bool? {
        guard let node = members[name] else { return nil }
        guard node.tag == Tag(.bool), let value = node.bool else {
            fail(node, "\(members.place(of: name)) must be true or false.")
            return nil
        }
        return value
    }

    /// `500ms`, `30s`, `5m`, `1h`, `2d`.
    package mutating func duration(_ members: Members, _ name: String) -> Duration? {
        guard let node = members[name] else { return nil }
        guard let text = node.scalar?.string, let duration = Duration(configured: text) else {
            fail(node, "\(members.place(of: name)) must be a duration such as 500ms, 30s, 5m, 1h or 2d.")
            return nil
        }
        return duration
    }

    /// A list of texts, or one text; an absent one is nil.
    package mutating func names(_ members: Members, _ name: String) -> [String]? {
        guard let node = members[name] else { return nil }
        if node.scalar != nil { return text(members, name).map { [$0] } }
        guard let nodes = list(members, name) else { return nil }
        let place = members.place(of: name)
        let names = nodes.enumerated().compactMap { text($1, at: "\(place)[\($0)]") }
        return names.count == nodes.count ? names : nil
    }

    /// One of a set of words.
    package mutating func choice<Word: RawRepresentable & CaseIterable>(
        _ members: Members, _ name: String, of kind: Word.Type
    ) -> Word? where Word.RawValue == String {
        guard let node = members[name], let text = text(members, name) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map(\.rawValue)
        let hint = NearestName.nearest(to: text, in: known).map { "did you mean '\($0)'?" }
        fail(node, "\(members.place(of: name)) has no such value; \(hint ?? "known are \(known.joined(separator: ", ")).")")
        return nil
    }

    /// A mapping whose keys are the user's own, such as headers.
    package mutating func texts(_ members: Members, _ name: String) -> [(name: String, value: String)] {
        guard let node = members[name] else { return [] }
        let place = members.place(of: name)
        guard case .mapping(let mapping) = node else {
            fail(node, "\(place) must be a mapping.")
            return []
        }
        return mapping.compactMap { key, value in
            guard let name = text(key, at: place), let value = text(value, at: "\(place).\(name)") else { return nil }
            return (name, value)
        }
    }

    /// Where a secret is kept: `{env: NAME}`, `{file: PATH}` or `{secret: namespace/name/key}`.
    package mutating func secretLocation(_ members: Members, _ name: String) -> SecretLocation? {
        members[name].flatMap { secretLocation($0, at: members.place(of: name)) }
    }

    private mutating func secretLocation(_ node: Node, at place: String) -> SecretLocation? {
        let ways = "{env: NAME}, {file: PATH} or {secret: namespace/name/key}"
        guard case .mapping = node else {
            fail(node, "\(place) stands here in clear; keep it elsewhere and write \(ways).")
            return nil
        }
        guard let members = members(node, at: place, known: ["env", "file", "secret"]) else { return nil }
        let named = ["env", "file", "secret"].filter { members[$0] != nil }
        guard named.count == 1, let kind = named.first, let value = text(members, kind) else {
            if named.count != 1 { fail(node, "\(place) must have exactly one of \(ways).") }
            return nil
        }
        switch kind {
        case "env":
            let isName = value.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
            if isName, value.first?.isNumber == false { return .environment(value) }
            fail(members["env"], "\(place).env must be the name of an environment variable, not a key.")
        case "file": return .file(value)
        default:
            if let reference = SecretLocation(clusterPath: value) { return reference }
            fail(members["secret"], "\(place).secret must have the form namespace/name/key.")
        }
        return nil
    }

    /// A name by which something is asked for: without blanks, at most 128 bytes.
    package mutating func alias(_ node: Node?, _ name: String, at place: String) -> String? {
        let isPlain = name.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0.properties.generalCategory != .control
        }
        if isPlain, name.utf8.count <= 128 { return name }
        fail(node, "\(place) must have no blanks and at most 128 bytes.")
        return nil
    }
}

extension Duration {
    /// `500ms`, `30s`, `5m`, `1h`, `2d`; parts of a unit by a point: `0.5s`. Nil for anything else, and above a year.
    package init?(configured text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let units: [Substring: Double] = ["ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 86400e9]
        guard let unit = units[text[digits.endIndex...]], let number = Double(digits), number * unit <= 366 * 86400e9
        else { return nil }
        self = .nanoseconds(Int64((number * unit).rounded()))
    }
}

extension UInt8 {
    var isLowercaseOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
    var isLetterOrDigit: Bool {
        isLowercaseOrDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }
}
