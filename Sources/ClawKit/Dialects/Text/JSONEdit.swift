import ClawDocuments

/// Edits JSON text in place of re-encoding it: numbers, escapes, unknown members and the order of members stay.
package enum JSONEdit {
    /// Sets members of the object that the text holds; the text must have been parsed before.
    ///
    /// Every occurrence of a name is set, and names are compared unescaped: readers differ in which of two equal
    /// names they heed, and what was checked must be what is sent. A member that is missing is added at the end.
    package static func setting(_ members: [(name: String, value: [UInt8])], in text: [UInt8]) -> [UInt8] {
        if members.isEmpty { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.count + members.reduce(64) { $0 + $1.value.count + $1.name.utf8.count })
        text.withUnsafeBufferPointer { bytes in
            var scanner = JSONScanner(bytes)
            var found = Set<String>()
            var copied = 0
            var isEmpty = true
            scanner.skipBlanks()
            scanner.position += 1  // the opening brace
            while let key = scanner.nextKey() {
                isEmpty = false
                guard let range = scanner.skipValue() else { break }
                guard let member = members.first(where: { matches(bytes[key], $0.name) }) else { continue }
                found.insert(member.name)
                out.append(contentsOf: bytes[copied..<range.lowerBound])
                out += member.value
                copied = range.upperBound
            }
            // Where the object closes.
            let end = min(scanner.position, bytes.count)
            out.append(contentsOf: bytes[copied..<end])
            for member in members where !found.contains(member.name) {
                if !isEmpty { out.append(UInt8(ascii: ",")) }
                isEmpty = false
                JSONText.quote(member.name, to: &out)
                out.append(UInt8(ascii: ":"))
                out += member.value
            }
            out.append(contentsOf: bytes[end...])
        }
        return out
    }

    /// Whether a quoted name, escapes and all, reads as `name`.
    private static func matches(_ quoted: Slice<UnsafeBufferPointer<UInt8>>, _ name: String) -> Bool {
        if !quoted.contains(UInt8(ascii: "\\")) { return quoted.dropFirst().dropLast().elementsEqual(name.utf8) }
        return (try? JSONParser.parse(Array(quoted)))?.string == name
    }
}
