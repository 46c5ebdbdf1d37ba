/// Work on texts that several functions share.
enum Texts {
    /// Where one sequence first occurs in another, in time linear in both (Knuth, Morris, Pratt).
    static func find<T: Equatable>(_ part: [T], in whole: [T], from start: Int) -> Int? {
        if part.isEmpty { return start <= whole.count ? start : nil }
        guard start >= 0, whole.count - start >= part.count else { return nil }
        let borders = borders(of: part)
        var matched = 0
        for index in start..<whole.count {
            while matched > 0, whole[index] != part[matched] { matched = borders[matched - 1] }
            if whole[index] == part[matched] { matched += 1 }
            if matched == part.count { return index - part.count + 1 }
        }
        return nil
    }

    private static func borders<T: Equatable>(of part: [T]) -> [Int] {
        var borders = [Int](repeating: 0, count: part.count)
        var length = 0
        for index in part.indices.dropFirst() {
            while length > 0, part[index] != part[length] { length = borders[length - 1] }
            if part[index] == part[length] { length += 1 }
            borders[index] = length
        }
        return borders
    }

    static func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }
    static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// The pieces between a separator, at most `limit`; an empty separator separates code points.
    static func split(_ text: String, by separator: String, limit: Int) -> [String] {
        if limit == 0 { return [] }
        if separator.isEmpty {
            let scalars = scalars(text)
            let count = limit < 0 ? scalars.count : min(limit, scalars.count)
            guard count > 0 else { return [] }
            return scalars[..<(count - 1)].map { String($0) } + [Self.text(scalars[(count - 1)...])]
        }
        let (bytes, mark) = (Array(text.utf8), Array(separator.utf8))
        var pieces: [String] = []
        var start = 0
        while limit < 0 || pieces.count < limit - 1, let end = find(mark, in: bytes, from: start) {
            pieces.append(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end + mark.count
        }
        pieces.append(String(decoding: bytes[start...], as: UTF8.self))
        return pieces
    }

    /// Replaces the first occurrences, at most `limit`. nil where the result would be unreasonably long.
    static func replace(_ text: String, _ old: String, with new: String, limit: Int) -> String? {
        if limit == 0 || old == new { return text }
        let pieces: [String]
        if old.isEmpty {
            // Before every code point, and at the end.
            let parts = split(text, by: "", limit: limit < 0 ? -1 : limit)
            pieces = limit < 0 || parts.count < limit ? [""] + parts + (text.isEmpty ? [] : [""]) : [""] + parts
        } else {
            pieces = split(text, by: old, limit: limit < 0 ? -1 : limit == .max ? limit : limit + 1)
        }
        guard text.utf8.count + pieces.count * new.utf8.count < 64 << 20 else { return nil }
        return pieces.joined(separator: new)
    }

    /// What Go counts as white space around a text.
    static func trim(_ text: String) -> String {
        let scalars = scalars(text)
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return Self.text(scalars[first...last])
    }

    /// In double quotes, with the language's escapes.
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": quoted += "\\a"
            case "\u{08}": quoted += "\\b"
            case "\u{0C}": quoted += "\\f"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0B}": quoted += "\\v"
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
