/// A type derived from a schema: how values of a document appear to expressions, and how large they can be.
public final class DeclaredType: Sendable {
    public struct Field: Sendable {
        /// The member's name in the document; expressions use its escaped form.
        public let name: String
        public let type: DeclaredType

        public init(name: String, type: DeclaredType) { (self.name, self.type) = (name, type) }
    }

    public let type: ExpressionType
    /// Of a list or a map of one type of values.
    public let element: DeclaredType?
    /// By escaped name; of an object.
    public let fields: [String: Field]
    /// The most elements, members or bytes that fit into a request.
    public let mostElements: Int
    /// The fewest bytes of JSON.
    public let minimumSize: Int
    public let isNullable: Bool

    public init(
        _ type: ExpressionType, element: DeclaredType? = nil, fields: [Field] = [], mostElements: Int = 0,
        minimumSize: Int = 1, isNullable: Bool = false
    ) {
        self.type = type
        self.element = element
        self.fields = Dictionary(
            fields.compactMap { field in Self.escape(field.name).map { ($0, field) } }, uniquingKeysWith: { a, _ in a })
        self.mostElements = mostElements
        self.minimumSize = minimumSize
        self.isNullable = isNullable
    }

    var isStruct: Bool { if case .object = type { true } else { false } }

    func field(_ name: String) -> Field? { fields[name] }

    /// All the objects in it, by their type's name.
    func objects(into found: inout [String: DeclaredType]) {
        if case .object(let name) = type, found.updateValue(self, forKey: name) != nil { return }
        element?.objects(into: &found)
        for field in fields.values { field.type.objects(into: &found) }
    }

    // MARK: names

    private static let words: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return",
    ]

    /// The member's name that an expression's spelling stands for.
    static func unescape(_ name: String) -> String {
        guard name.contains("__") else { return name }
        var rest = name[...]
        var result = ""
        let marks = [("__underscores__", "__"), ("__dot__", "."), ("__dash__", "-"), ("__slash__", "/")]
        if name.hasPrefix("__"), name.hasSuffix("__"), words.contains(String(name.dropFirst(2).dropLast(2))) {
            return String(name.dropFirst(2).dropLast(2))
        }
        while let first = rest.first {
            if let (mark, meaning) = marks.first(where: { rest.hasPrefix($0.0) }) {
                result += meaning
                rest = rest.dropFirst(mark.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// A member's name as expressions spell it; nil where it cannot be spelled.
    /// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>
    public static func escape(_ name: String) -> String? {
        if words.contains(name) { return "__\(name)__" }
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return nil }
        var escaped = ""
        var previous: Character?
        for letter in name {
            switch letter {
            case "_" where previous == "_":
                escaped.removeLast()
                escaped += "__underscores__"
                previous = nil
                continue
            case ".": escaped += "__dot__"
            case "-": escaped += "__dash__"
            case "/": escaped += "__slash__"
            case "a"..."z", "A"..."Z", "0"..."9", "_": escaped.append(letter)
            default: return nil
            }
            previous = letter
        }
        return escaped
    }
}
