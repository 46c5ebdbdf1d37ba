extension FunctionTable {
    /// Strings, as of version 2 of cel-go's extension; places are counted in code points.
    mutating func addStrings() {
        declare(
            """
            string_char_at_int = string'charAt(int) -> string
            string_index_of_string = string'indexOf(string) -> int
            string_index_of_string_int = string'indexOf(string, int) -> int
            string_last_index_of_string = string'lastIndexOf(string) -> int
            string_last_index_of_string_int = string'lastIndexOf(string, int) -> int
            string_lower_ascii = string'lowerAscii() -> string
            string_upper_ascii = string'upperAscii() -> string
            string_replace_string_string = string'replace(string, string) -> string
            string_replace_string_string_int = string'replace(string, string, int) -> string
            string_split_string = string'split(string) -> list<string>
            string_split_string_int = string'split(string, int) -> list<string>
            string_substring_int = string'substring(int) -> string
            string_substring_int_int = string'substring(int, int) -> string
            string_trim = string'trim() -> string
            strings_quote = strings.quote(string) -> string
            list_join = list<string>'join() -> string
            list_join_string = list<string>'join(string) -> string
            """)
        add("charAt") { a throws(EvaluationError) in
            guard let text = a.string(0), let index = a.int(1) else { return nil }
            let scalars = Texts.scalars(text)
            guard index >= 0, index <= scalars.count else { throw Self.outOfRange(index) }
            return .string(index == scalars.count ? "" : String(scalars[Int(index)]))
        }
        add("indexOf") { a throws(EvaluationError) in
            guard let text = a.string(0), let part = a.string(1) else { return nil }
            let start = a.count > 2 ? a.int(2) ?? 0 : 0
            if part.isEmpty { return .int(start) }
            guard start >= 0 else { throw Self.outOfRange(start) }
            let scalars = Texts.scalars(text)
            guard start < scalars.count else { return .int(-1) }
            return .int(Texts.find(Texts.scalars(part), in: scalars, from: Int(start)).map(Int64.init) ?? -1)
        }
        add("lastIndexOf") { a throws(EvaluationError) in
            guard let text = a.string(0), let part = a.string(1) else { return nil }
            let scalars = Texts.scalars(text)
            let start = a.count > 2 ? a.int(2) ?? 0 : Int64(part.isEmpty ? scalars.count : max(0, scalars.count - 1))
            if part.isEmpty { return .int(start) }
            guard start >= 0 else { throw Self.outOfRange(start) }
            guard start < scalars.count else { return .int(-1) }
            let wanted = Texts.scalars(part)
            // From behind: the first in the reversed text that begins no later than asked.
            let end = min(Int(start) + wanted.count, scalars.count)
            let reversed = Array(scalars[..<end].reversed())
            return .int(
                Texts.find(wanted.reversed(), in: reversed, from: 0).map { Int64(end - $0 - wanted.count) } ?? -1)
        }
        add("lowerAscii") { a throws(EvaluationError) in
            a.string(0).map { .string(Self.mapBytes($0) { (65...90).contains($0) ? $0 + 32 : $0 }) }
        }
        add("upperAscii") { a throws(EvaluationError) in
            a.string(0).map { .string(Self.mapBytes($0) { (97...122).contains($0) ? $0 - 32 : $0 }) }
        }
        add("replace") { a throws(EvaluationError) in
            guard let text = a.string(0), let old = a.string(1), let new = a.string(2) else { return nil }
            let limit = a.int(3).map { Int(clamping: $0) } ?? -1
            guard let result = Texts.replace(text, old, with: new, limit: limit) else {
                throw EvaluationError("string is too long")
            }
            return .string(result)
        }
        add("split") { a throws(EvaluationError) in
            guard let text = a.string(0), let separator = a.string(1) else { return nil }
            let limit = a.int(2).map { Int(clamping: $0) } ?? -1
            return .list(.values(Texts.split(text, by: separator, limit: limit).map(Value.string)))
        }
        add("substring") { a throws(EvaluationError) in
            guard let text = a.string(0), let start = a.int(1) else { return nil }
            let scalars = Texts.scalars(text)
            let end = a.count > 2 ? a.int(2) ?? 0 : Int64(scalars.count)
            if a.count > 2, start > end {
                throw EvaluationError("invalid substring range. start: \(start), end: \(end)")
            }
            guard start >= 0, start <= scalars.count else { throw Self.outOfRange(start) }
            guard end >= 0, end <= scalars.count else { throw Self.outOfRange(end) }
            return .string(Texts.text(scalars[Int(start)..<Int(end)]))
        }
        add("trim") { a throws(EvaluationError) in a.string(0).map { .string(Texts.trim($0)) } }
        add("strings.quote") { a throws(EvaluationError) in a.string(0).map { .string(Texts.quote($0)) } }
        add("join") { a throws(EvaluationError) in
            guard let list = a.list(0) else { return nil }
            var parts: [String] = []
            for value in list.values {
                guard let part = value.string else { throw EvaluationError("join: invalid input: \(value.display)") }
                parts.append(part)
            }
            let separator = a.string(1) ?? ""
            guard separator.utf8.count * parts.count < 64 << 20 else { throw EvaluationError("string is too long") }
            return .string(parts.joined(separator: separator))
        }
    }

    private static func outOfRange(_ index: Int64) -> EvaluationError {
        EvaluationError("index out of range: \(index)")
    }

    private static func mapBytes(_ text: String, _ change: (UInt8) -> UInt8) -> String {
        String(decoding: text.utf8.map(change), as: UTF8.self)
    }
}
