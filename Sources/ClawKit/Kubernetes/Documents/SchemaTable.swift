/// Schemas by type name, read lazily from the compact text that the model generator writes.
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
/// is granular although its type is atomic, `d=` the default (JSON without blanks) of a field that is a list key.
/// A type that is atomic wherever it stands has ` a` behind its name.
public final class SchemaTable: Sendable {
    private let schemas: [String: Schema]

    public init(parsing texts: [StaticString]) {
        var schemas: [String: Schema] = [:]
        for text in texts {
            var name = ""
            var isAtomic = false
            var fields: [Schema.Field] = []
            func finish() {
                if !name.isEmpty { schemas[name] = Schema(name: name, fields: fields, isAtomic: isAtomic) }
            }
            for line in text.description.split(separator: "\n") {
                if line.hasPrefix(" ") {
                    fields.append(Self.parseField(line))
                } else {
                    finish()
                    let words = line.split(separator: " ")
                    (name, isAtomic, fields) = (String(words[0]), words.dropFirst().contains("a"), [])
                }
            }
            finish()
        }
        self.schemas = schemas
    }

    /// For types that are known only at run time, as those of custom resource definitions.
    public init(_ schemas: some Sequence<Schema>) {
        self.schemas = Dictionary(schemas.map { ($0.name, $0) }) { _, last in last }
    }

    public subscript(_ name: String) -> Schema? { schemas[name] }

    public var names: some Collection<String> { schemas.keys }

    private static func parseField(_ line: Substring) -> Schema.Field {
        let words = line.split(separator: " ")
        precondition(words.count >= 2, "a field's line needs a name and a type: \(line)")
        var type = words[1]
        let isRequired = type.hasSuffix("!")
        if isRequired { type = type.dropLast() }
        var field = Schema.Field(
            name: String(words[0]), type: parseType(type), isRequired: isRequired)
        for attribute in words.dropFirst(2) {
            if attribute == "set" { field.list = .set }
            if attribute == "r" { field.retainsKeys = true }
            if attribute == "p" { field.replacesOnPatch = true }
            if attribute == "a" { field.isAtomic = true }
            if attribute == "g" { field.isAtomic = false }
            if attribute == "m" { field.mergesOnPatch = true }
            if attribute.hasPrefix("m=") {
                (field.mergesOnPatch, field.patchMergeKey) = (true, String(attribute.dropFirst(2)))
            }
            if attribute.hasPrefix("d=") {
                field.keyDefault = try? JSONParser.parse(Array(attribute.dropFirst(2).utf8))
            }
            if attribute.hasPrefix("k=") {
                field.list = .map(keys: attribute.dropFirst(2).split(separator: ",").map(String.init))
            }
        }
        return field
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
