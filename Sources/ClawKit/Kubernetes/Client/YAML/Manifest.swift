import ClawBase
public import ClawDocuments
import Yams

/// YAML text as JSON documents: manifests, kubeconfig files.
///
/// A text means what it means to kubectl: plain scalars follow YAML 1.1 (`yes` and `on` are booleans, `010` is 8),
/// keys become texts, anchors, aliases and merge keys are resolved. Stricter than kubectl in two points: a key that
/// stands twice in a mapping is an error, and a mapping's own keys win over merged ones wherever they stand.
public enum Manifest {
    /// Reads every document of a YAML (or JSON) text; empty documents are left out.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming `source` and the line.
    public static func parse(_ text: String, source: String) throws -> [JSON] {
        if let json = parseJSON(text) { return json.isNull ? [] : [json] }
        let (documents, repeated) = try parseRepeating(text, source: source)
        if let key = repeated.first {
            throw Finding(
                .badConfig, "The text is not YAML: the key '\(key.name)' stands twice in one mapping.",
                field: "\(source):\(key.line)")
        }
        return documents
    }

    /// As Kubernetes reads a text: of a key that stands twice in a mapping the last one counts.
    /// - Returns: the documents, and the keys that stand there again.
    package static func parseRepeating(
        _ text: String, source: String
    ) throws -> (documents: [JSON], repeated: [RepeatedKey]) {
        if let line = AliasKeys.firstLine(in: text) {
            throw Finding(
                .badConfig,
                "In a text with aliases a key must be plain: no alias, list or map. Write the key out, or send JSON.",
                field: "\(source):\(line)")
        }
        do {
            // No resolver: Yams' own costs a regular expression for each scalar, and follows other rules.
            var converter = NodeConverter(source: source, textSize: text.utf8.count)
            let documents = try RepeatedKeys.compose(text).map { try converter.convert($0) }
            return (documents.filter { !$0.isNull }, converter.repeated)
        } catch let error as YamlError {
            let line = error.line.map { ":\($0)" } ?? ""
            throw Finding(.badConfig, "The text is not YAML: \(error.summary).", field: "\(source)\(line)")
        }
    }

    /// JSON is YAML but for its escapes of characters beyond 16 bits, and many times as fast to read as JSON.
    private static func parseJSON(_ text: String) -> JSON? {
        guard text.utf8.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") else {
            return nil
        }
        return try? JSONParser.parse(Array(text.utf8))
    }
}

/// Only what a person needs: the library's own texts quote the input, which may hold secrets.
extension YamlError {
    fileprivate var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        case .reader(_, let offset, _, let text):
            offset.map { text.utf8.prefix($0).count { $0 == UInt8(ascii: "\n") } + 1 }
        default: nil
        }
    }

    fileprivate var summary: String {
        switch self {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            "\(context.map { "\($0.text), " } ?? "")\(problem), column \(mark.column)"
        case .duplicatedKeysInMapping(let keys, _):
            "the key \(keys.map { "'\($0)'" }.joined(separator: ", ")) stands twice in one mapping"
        case .reader(let problem, _, _, _): problem
        case .dataCouldNotBeDecoded: "the characters cannot be decoded"
        default: "it cannot be read"
        }
    }
}
