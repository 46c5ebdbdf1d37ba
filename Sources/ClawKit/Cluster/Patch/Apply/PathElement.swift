public import ClawDocuments
import ClawSchemas

/// One step of a field's path: how managedFields name what an object or list holds.
///
/// Written `f:name`, `k:{"name":"x"}`, `v:"text"` and `i:0` in `fieldsV1`, and `.name`, `[name="x"]`, `[="text"]`
/// and `[0]` in messages.
public enum PathElement: Sendable, Hashable {
    case field(String)
    /// An element of an associative list, by its keys; sorted by name.
    case key([KeyField])
    /// An element of a set.
    case value(JSON)
    case index(Int)

    public struct KeyField: Sendable, Hashable {
        public var name: String
        public var value: JSON
        public init(_ name: String, _ value: JSON) { (self.name, self.value) = (name, value) }
    }

    /// nil where the text is no path element.
    public init?(fieldsV1 text: String) {
        // By bytes: each field of each entry is read so, at every write.
        let bytes = text.utf8
        guard bytes.count >= 2, let kind = bytes.first, bytes.dropFirst().first == UInt8(ascii: ":") else { return nil }
        let content = text[bytes.index(bytes.startIndex, offsetBy: 2)...]
        switch kind {
        case UInt8(ascii: "f"): self = .field(String(content))
        case UInt8(ascii: "v"):
            guard let value = try? JSONParser.parse(Array(content.utf8)) else { return nil }
            self = .value(value)
        case UInt8(ascii: "k"):
            guard let keys = (try? JSONParser.parse(Array(content.utf8)))?.object else { return nil }
            self = .key(keys.sorted { $0.name < $1.name }.map { KeyField($0.name, $0.value) })
        case UInt8(ascii: "i"):
            guard let index = Int(content) else { return nil }
            self = .index(index)
        default: return nil
        }
    }

    public var fieldsV1: String {
        switch self {
        case .field(let name): return "f:" + name
        case .key(let keys):
            let members = keys.map { "\(GoText.json(.string($0.name))):\(GoText.json($0.value))" }
            return "k:{\(members.joined(separator: ","))}"
        case .value(let value): return "v:" + GoText.json(value)
        case .index(let index): return "i:\(index)"
        }
    }
}

extension PathElement: CustomStringConvertible {
    public var description: String {
        switch self {
        case .field(let name): "." + name
        case .key(let keys): "[\(keys.map { "\($0.name)=\(GoText.quoted($0.value))" }.joined(separator: ","))]"
        case .value(let value): "[=\(GoText.quoted(value))]"
        case .index(let index): "[\(index)]"
        }
    }
}

extension PathElement: Comparable {
    /// Fields before keys before values before indices; each by its content.
    public static func < (a: PathElement, b: PathElement) -> Bool {
        switch (a, b) {
        case (.field(let a), .field(let b)): bytesPrecede(a, b)
        case (.key(let a), .key(let b)): precedes(a, b)
        case (.value(let a), .value(let b)): precedes(a, b)
        case (.index(let a), .index(let b)): a < b
        default: a.rank < b.rank
        }
    }

    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }

    private static func precedes(_ a: [KeyField], _ b: [KeyField]) -> Bool {
        for (a, b) in zip(a, b) {
            if a.name != b.name { return bytesPrecede(a.name, b.name) }
            if a.value != b.value { return precedes(a.value, b.value) }
        }
        return a.count < b.count
    }

    private static func precedes(_ a: JSON, _ b: JSON) -> Bool {
        switch (a, b) {
        case (.string(let a), .string(let b)): return bytesPrecede(a, b)
        case (.bool(let a), .bool(let b)): return !a && b
        default:
            if let a = a.number, let b = b.number { return a < b }
            if rank(of: a) != rank(of: b) { return rank(of: a) < rank(of: b) }
            return bytesPrecede(a.description, b.description)
        }
    }

    private static func rank(of value: JSON) -> Int {
        switch value {
        case .integer, .double: 0
        case .string: 1
        case .bool: 2
        case .array: 3
        case .object: 4
        case .null: 5
        }
    }

    static func bytesPrecede(_ a: String, _ b: String) -> Bool {
        var (a, b) = (a, b)
        return a.withUTF8 { a in
            b.withUTF8 { b in
                let common = min(a.count, b.count)
                for index in 0..<common where a[index] != b[index] { return a[index] < b[index] }
                return a.count < b.count
            }
        }
    }
}
