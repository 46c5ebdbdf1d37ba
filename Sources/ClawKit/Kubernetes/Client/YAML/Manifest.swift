import ClawBase
public import ClawDocuments
import Yams

/// YAML text as JSON documents: manifests, kubeconfig files.
public enum Manifest {
    /// Reads every document of a YAML (or JSON) text; empty documents are left out.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming `source` and the line.
    public static func parse(_ text: String, source: String) throws -> [JSON] {
        do {
            let nodes = try Yams.compose_all(yaml: text)
            let documents = try nodes.map { try convert($0, depth: 0, source: source) }
            // The sequence ends at the first mistake, and says afterwards that there was one.
            if let error = nodes.error { throw error }
            return documents.filter { !$0.isNull }
        } catch let error as YamlError {
            throw Finding(.badConfig, "The text is not YAML: \(error.summary)", field: "\(source)\(error.place)")
        }
    }

    private static func convert(_ node: Yams.Node, depth: Int, source: String) throws -> JSON {
        guard depth < 128 else {
            throw Finding(.badConfig, "The document nests too deep (128 levels are allowed).", field: source)
        }
        switch node {
        case .mapping(let mapping):
            var object = JSONObject()
            for (key, value) in mapping {
                guard let name = key.string else {
                    throw Finding(
                        .badConfig, "A mapping's key must be a plain text.", field: "\(source)\(place(key.mark))")
                }
                object[name] = try convert(value, depth: depth + 1, source: source)
            }
            return .object(object)
        case .sequence(let sequence):
            return .array(try sequence.map { try convert($0, depth: depth + 1, source: source) })
        case .scalar(let scalar): return convert(scalar, node)
        case .alias:
            throw Finding(.badConfig, "Aliases are not supported here.", field: "\(source)\(place(node.mark))")
        }
    }

    private static func convert(_ scalar: Yams.Node.Scalar, _ node: Yams.Node) -> JSON {
        if scalar.style == .singleQuoted || scalar.style == .doubleQuoted || scalar.style == .literal
            || scalar.style == .folded
        {
            return .string(scalar.string)
        }
        switch node.tag.description {
        case "tag:yaml.org,2002:null": return .null
        case "tag:yaml.org,2002:bool": return node.bool.map(JSON.bool) ?? .string(scalar.string)
        case "tag:yaml.org,2002:int": return node.int.map { .integer(Int64($0)) } ?? .string(scalar.string)
        case "tag:yaml.org,2002:float": return node.float.map(JSON.double) ?? .string(scalar.string)
        default: return .string(scalar.string)
        }
    }

    private static func place(_ mark: Mark?) -> String { mark.map { ":\($0.line)" } ?? "" }
}

extension YamlError {
    /// `:12` where the error knows its line.
    fileprivate var place: String {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): ":\(mark.line)"
        default: ""
        }
    }

    fileprivate var summary: String {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) (line \(mark.line), column \(mark.column))."
        default: "\(self)"
        }
    }
}
