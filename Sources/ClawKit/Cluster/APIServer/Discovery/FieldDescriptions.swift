import ClawBase

/// What Kubernetes' own sources say of its types and their fields: for `kubectl explain`.
///
/// Unpacked when first asked for; a cluster that nobody asks pays nothing but the bytes in the program.
enum FieldDescriptions {
    /// - Parameter field: its name; empty for the type itself.
    static func text(of field: String, in type: String) -> String? { texts[type]?[field] }

    private static let texts: [String: [String: String]] = {
        var unpacked: [UInt8] = []
        let digits = packed.withUTF8Buffer { String(decoding: $0.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
        if let bytes = Base64.decode(digits) {
            var inflater = Inflater(dictionary: [])
            // What was generated is well-formed; a description less would do no harm.
            unpacked = (try? inflater.inflate(bytes[...], limit: unpackedSize)) ?? []
        }
        return read(unpacked)
    }()

    /// A type begins with 1, a field with 3; behind the name of either come 2 and the description.
    private static func read(_ bytes: [UInt8]) -> [String: [String: String]] {
        var types: [String: [String: String]] = [:]
        for type in bytes.split(separator: 1) {
            var name = ""
            var fields: [String: String] = [:]
            for (index, entry) in type.split(separator: 3).enumerated() {
                let parts = entry.split(separator: 2, maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                if index == 0 { name = String(decoding: parts[0], as: UTF8.self) }
                let key = index == 0 ? "" : String(decoding: parts[0], as: UTF8.self)
                if !parts[1].isEmpty { fields[key] = String(decoding: parts[1], as: UTF8.self) }
            }
            types[name] = fields
        }
        return types
    }
}
