import ClawBase
import ClawDocuments
import Yams

/// Turns Yams' nodes into JSON, with bounds against hostile texts.
struct NodeConverter {
    /// Not the cluster's.
    typealias Node = Yams.Node

    static let depthLimit = 128

    private let source: String
    /// What may still be written, in bytes of scalars and one for each node. A text without aliases never comes near;
    /// aliases of aliases grow exponentially.
    private var sizeLeft: Int
    /// The keys that stand in their mapping once more.
    private(set) var repeated: [RepeatedKey] = []

    init(source: String, textSize: Int) {
        self.source = source
        sizeLeft = 2 * textSize + 1 << 20
    }

    mutating func convert(_ node: Node) throws -> JSON { try convert(node, depth: 0) }

    private mutating func convert(_ node: Node, depth: Int) throws -> JSON {
        guard depth < Self.depthLimit else {
            throw finding("The document nests too deep (\(Self.depthLimit) levels are allowed).", node)
        }
        try spend(1, node)
        switch node {
        case .mapping(let mapping): return .object(try object(mapping, node, depth: depth))
        case .sequence(let sequence): return .array(try sequence.map { try convert($0, depth: depth + 1) })
        case .scalar(let scalar):
            try spend(scalar.string.utf8.count, node)
            return try value(scalar, node)
        case .alias: throw finding("The alias names no anchor.", node)
        }
    }

    private mutating func spend(_ size: Int, _ node: Node) throws {
        sizeLeft -= size
        if sizeLeft < 0 { throw finding("The aliases multiply the text beyond measure; write it out.", node) }
    }

    // MARK: mappings

    private mutating func object(_ mapping: Node.Mapping, _ node: Node, depth: Int) throws -> JSONObject {
        var members = Members()
        var merged: [Node] = []
        // Since the first that is repeated.
        var earlier: Set<String> = []
        for (key, value) in mapping {
            if case .scalar(let scalar) = key, scalar.string == "<<", scalar.style == .plain {
                merged.append(value)
                continue
            }
            let (name, isText, isEarlier) = try name(key)
            try spend(name.utf8.count, key)
            let converted = try convert(value, depth: depth + 1)
            if isEarlier || !earlier.isEmpty {
                if earlier.contains(name) {
                    repeated.append(RepeatedKey(name: name, isText: isText, line: value.mark?.line ?? 0))
                }
                earlier.insert(name)
            }
            guard isEarlier || members.add(name, converted) else {
                throw finding("The key '\(name)' stands twice in one mapping.", key)
            }
        }
        for value in merged { try merge(value, into: &members, depth: depth) }
        guard members.list.count <= JSONObject.mostNames else {
            throw finding("The mapping has more than \(JSONObject.mostNames) keys.", node)
        }
        return JSONObject(distinct: members.list)
    }

    /// `<<: *base` or `<<: [*base, *other]`, of which the first has precedence: <https://yaml.org/type/merge.html>
    private mutating func merge(_ value: Node, into members: inout Members, depth: Int) throws {
        switch value {
        case .mapping:
            guard case .object(let object) = try convert(value, depth: depth + 1) else { return }
            for (name, value) in object { members.add(name, value) }
        case .sequence(let sequence) where sequence.allSatisfy({ $0.mapping != nil }):
            for element in sequence { try merge(element, into: &members, depth: depth) }
        default: throw finding("A merge key '<<' takes a mapping or a list of mappings.", value)
        }
    }

    /// Members with distinct names, in order.
    private struct Members {
        var list: [(name: String, value: JSON)] = []
        private var names: Set<String> = []

        /// False where the name is taken.
        @discardableResult
        mutating func add(_ name: String, _ value: JSON) -> Bool {
            guard names.insert(name).inserted else { return false }
            list.append((name, value))
            return true
        }
    }

    /// - Returns: the key; whether it is a text, not a number; and whether the mapping has it again further on.
    private func name(_ key: Node) throws -> (name: String, isText: Bool, isEarlier: Bool) {
        guard case .scalar(let scalar) = key else { throw finding("A mapping's key must be a plain text.", key) }
        let (text, isEarlier) = RepeatedKeys.original(scalar.string)
        guard scalar.style == .plain else { return (text, true, isEarlier) }
        let plain = PlainScalar(text)
        guard let name = plain.keyText else {
            throw finding("A mapping's key must not be null; quote it.", key)
        }
        if case .text = plain { return (name, true, isEarlier) }
        return (name, false, isEarlier)
    }

    // MARK: scalars

    private func value(_ scalar: Node.Scalar, _ node: Node) throws -> JSON {
        let plain = PlainScalar(scalar.string)
        switch scalar.tag.rawValue {
        case "": return scalar.style == .plain ? try number(plain, node) : .string(scalar.string)
        case "tag:yaml.org,2002:null": if case .null = plain { return .null }
        case "tag:yaml.org,2002:bool": if case .bool(let value) = plain { return .bool(value) }
        case "tag:yaml.org,2002:int":
            if case .number(let value) = plain, value.integer != nil { return value }
        case "tag:yaml.org,2002:float": if case .number(let value) = plain { return value }
        case "tag:yaml.org,2002:binary":
            let digits = scalar.string.filter { !$0.isWhitespace }
            if let text = Base64.decode(digits).flatMap({ String(validating: $0, as: UTF8.self) }) {
                return .string(text)
            }
        default: return .string(scalar.string)
        }
        throw finding("The value is not what its tag \(scalar.tag.rawValue) says.", node)
    }

    private func number(_ plain: PlainScalar, _ node: Node) throws -> JSON {
        switch plain {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let value): return value
        case .text(let text): return .string(text)
        case .notFinite: throw finding("JSON has no infinity and no NaN; quote the value if a text is meant.", node)
        }
    }

    private func finding(_ message: String, _ node: Node) -> Finding {
        Finding(.badConfig, message, field: node.mark.map { "\(source):\($0.line)" } ?? source)
    }
}
