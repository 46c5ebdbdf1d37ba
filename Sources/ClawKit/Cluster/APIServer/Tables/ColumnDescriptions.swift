import ClawDocuments

/// How the API describes the fields that tables show, by field: `core/v1 PodStatus.podIP`. Read at first use.
enum ColumnDescriptions {
    static let texts: [String: String] = {
        var texts: [String: String] = [:]
        for line in generated.description.utf8.split(separator: UInt8(ascii: "\n")) {
            // The field is two words.
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard words.count == 3, let text = try? JSONParser.parse(Array(words[2])) else { continue }
            texts["\(Substring(words[0])) \(Substring(words[1]))"] = text.string
        }
        return texts
    }()
}
