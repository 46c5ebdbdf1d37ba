/// Schemas by type name, read from the compact text that the model generator writes.
///
/// One type is a line `name` followed by one line per field, each starting with a blank:
///
///     io.k8s.api.core.v1.Container
///      image s
///      name s!
///      ports [io.k8s.api.core.v1.ContainerPort k=containerPort,protocol m=containerPort
///
/// A type is `s`tring, `i`nteger, `n`umber, `b`ool, `q`uantity, `x` (int or string), `t`ime, `u` (micro time),
/// `y` (bytes), `*` (any), or an object's name; `[` before it makes a list, `{` a map; `!` behind it means required.
/// Attributes: `k=` keys of an associative list, `set` for a set, `m=` strategic merge key (`m` alone: merge a list
/// of scalars), `r` for retainKeys, `p` for patchStrategy replace, `a` for an atomic map or object, `g` for one that
/// is granular although its type is atomic, `d=` the default (JSON without blanks), `e=` the allowed texts, `32` for
/// an integer of 32 bits, `z` for a field that Kubernetes always writes, be it empty, zero or null, `o` for one that it
/// leaves out where it is zero.
/// A type that is atomic wherever it stands has ` a` behind its name; a union ` union=discriminator:field=value,…`.
public final class SchemaTable: Sendable {
    private let schemas: [String: Schema]
    /// Where types are found that this table does not have.
    private let base: SchemaTable?

    public init(parsing texts: [StaticString]) {
        var schemas: [String: Schema] = [:]
        for text in texts {
            var head: [String] = []
            var fields: [Schema.Field] = []
            func finish() {
                if let schema = Self.schema(head: head, fields: fields) { schemas[schema.name] = schema }
            }
            for line in Self.split(text.description[...], at: UInt8(ascii: "\n")) {
                let words = Self.split(line, at: UInt8(ascii: " "))
                if line.utf8.first == UInt8(ascii: " ") {
                    fields.append(Self.field(words))
                } else {
                    finish()
                    (head, fields) = (words.map(String.init), [])
                }
            }
            finish()
        }
        self.schemas = schemas
        base = nil
    }

    /// For types that are known only at run time, as those of custom resource definitions.
    /// - Parameter base: where the other types are found.
    public init(_ schemas: some Sequence<Schema>, extending base: SchemaTable? = nil) {
        self.schemas = Dictionary(schemas.map { ($0.name, $0) }) { _, last in last }
        self.base = base
    }

    public subscript(_ name: String) -> Schema? { schemas[name] ?? base?[name] }

    public var names: some Collection<String> { schemas.keys }

    private static func schema(head: [String], fields: [Schema.Field]) -> Schema? {
        guard let name = head.first else { return nil }
        let unions = head.dropFirst().filter { $0.hasPrefix("union=") }.map { word in
            let parts = word.dropFirst(6).split(separator: ":", omittingEmptySubsequences: false)
            let members = parts[1].split(separator: ",").map { $0.split(separator: "=").map(String.init) }
            return Schema.Union(
                discriminator: parts[0].isEmpty ? nil : String(parts[0]),
                members: Dictionary(members.map { ($0[0], $0[1]) }) { first, _ in first })
        }
        return Schema(name: name, fields: fields, isAtomic: head.dropFirst().contains("a"), unions: unions)
    }

    private static func field(_ words: [Substring]) -> Schema.Field {
        precondition(words.count >= 2, "a field's line needs a name and a type: \(words)")
        var type = words[1]
        let isRequired = type.utf8.last == UInt8(ascii: "!")
        if isRequired { type = type.dropLast() }
        var attributes = Attributes()
        for attribute in words.dropFirst(2) {
            let parts = attribute.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1).map { Substring($0) }
            attributes.read(parts[0], parts.count > 1 ? parts[1] : nil)
        }
        return attributes.field(String(words[0]), parseType(type), isRequired: isRequired)
    }

    /// What stands behind a field's type.
    private struct Attributes {
        private var list = Schema.ListMerge.atomic
        private var patchMergeKey: String?
        private var (retainsKeys, mergesOnPatch, replacesOnPatch) = (false, false, false)
        private var isAtomic: Bool?
        private var keyDefault: JSON?
        private var enumeration: [String] = []
        private var (isInt32, isAlwaysPresent, omitsZero) = (false, false, false)

        mutating func read(_ attribute: Substring, _ value: Substring?) {
            switch attribute {
            case "k": list = .map(keys: SchemaTable.list(value))
            case "set": list = .set
            case "m": (mergesOnPatch, patchMergeKey) = (true, value.map(String.init))
            case "r": retainsKeys = true
            case "p": replacesOnPatch = true
            case "a": isAtomic = true
            case "g": isAtomic = false
            case "d": keyDefault = value.flatMap { try? JSONParser.parse(Array($0.utf8)) }
            case "e": enumeration = SchemaTable.list(value)
            case "32": isInt32 = true
            case "z": isAlwaysPresent = true
            case "o": omitsZero = true
            default: preconditionFailure("unknown attribute '\(attribute)' of a field")
            }
        }

        func field(_ name: String, _ type: Schema.FieldType, isRequired: Bool) -> Schema.Field {
            Schema.Field(
                name: name, type: type, isRequired: isRequired, list: list, patchMergeKey: patchMergeKey,
                retainsKeys: retainsKeys, mergesOnPatch: mergesOnPatch, replacesOnPatch: replacesOnPatch,
                isAtomic: isAtomic, keyDefault: keyDefault, isAlwaysPresent: isAlwaysPresent, omitsZero: omitsZero,
                enumeration: enumeration, isInt32: isInt32)
        }
    }

    private static func list(_ text: Substring?) -> [String] {
        (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// By bytes: the table has thousands of words, and a walk by characters takes ten times as long.
    private static func split(_ text: Substring, at separator: UInt8) -> [Substring] {
        text.utf8.split(separator: separator).map { Substring($0) }
    }

    private static func parseType(_ text: Substring) -> Schema.FieldType {
        switch text {
        case "s": .string
        case "i": .integer
        case "n": .number
        case "b": .bool
        case "q": .quantity
        case "x": .intOrString
        case "t": .time
        case "u": .microTime
        case "y": .bytes
        case "*": .any
        default:
            if text.hasPrefix("[") {
                .list(parseType(text.dropFirst()))
            } else if text.hasPrefix("{") {
                .map(parseType(text.dropFirst()))
            } else {
                .object(String(text))
            }
        }
    }
}
