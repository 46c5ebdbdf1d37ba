import ClawDocuments

/// The messages of a protobuf encoding, read from the compact text that Scripts/generate-protobuf.py writes.
///
/// One message is a line with its name followed by one line per field, each starting with a blank:
///
///     io.k8s.api.core.v1.Container
///      1 name s!
///      6 ports [ContainerPort
///
/// A field has its number, its name in JSON and its type: `s`tring, `i`nteger, `b`ool, `n`umber, `y` (bytes), `t`ime,
/// `u` (micro time), `q`uantity, `x` (int or string), `*` (JSON in a message of its own), `w` (a list of strings in a
/// message of its own), or a message's name, which stands alone within its package. `[` before it makes a list, `{` a
/// map from strings, `~` a message whose members stand in the outer object. `!` behind it means that a zero is a value
/// and not the same as nothing. A message with `|` behind its name is one of its fields, not an object of them.
package struct ProtobufTable: Sendable {
    enum Value: Sendable {
        case string, integer, bool, double, bytes, time, microTime, quantity, intOrString, json, strings
        /// A message, by its place in the table.
        case message(Int)
    }

    enum Shape: Sendable {
        case single, list, map, inline
    }

    struct Field: Sendable {
        let number: UInt64
        let key: FieldKey
        let value: Value
        let shape: Shape
        let keepsZero: Bool
    }

    struct Message: Sendable {
        /// By number.
        let fields: [Field]
        let isEither: Bool

        func field(_ number: UInt64) -> Int? {
            // Numbers begin at one and seldom leave any out.
            let guess = Int(clamping: number) - 1
            if fields.indices.contains(guess), fields[guess].number == number { return guess }
            return fields.firstIndex { $0.number == number }
        }
    }

    let messages: [Message]
    private let places: [String: Int]

    package init(parsing text: StaticString) {
        let lines = text.description.utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) }
        let heads = lines.filter { $0.utf8.first != UInt8(ascii: " ") }.map {
            $0.utf8.split(separator: UInt8(ascii: " "))
        }
        let places = Dictionary(
            heads.enumerated().map { (String(Substring($1[0])), $0) }, uniquingKeysWith: { first, _ in first })
        var messages: [Message] = []
        var fields: [Field] = []
        var package = Substring()
        func finish() {
            guard messages.count < heads.count else { return }
            messages.append(Message(fields: fields, isEither: heads[messages.count].count > 1))
        }
        for (index, line) in lines.enumerated() {
            let words = line.utf8.split(separator: UInt8(ascii: " ")).map { Substring($0) }
            if line.utf8.first == UInt8(ascii: " ") {
                fields.append(Self.field(words, package, places))
            } else {
                if index > 0 { finish() }
                fields = []
                package = words[0].prefix(upTo: words[0].lastIndex(of: ".") ?? words[0].startIndex)
            }
        }
        finish()
        self.messages = messages
        self.places = places
    }

    subscript(_ name: String) -> Int? { places[name] }

    package var names: some Collection<String> { places.keys }

    private static func field(_ words: [Substring], _ package: Substring, _ places: [String: Int]) -> Field {
        precondition(words.count == 3, "a field's line needs a number, a name and a type: \(words)")
        var type = words[2]
        let keepsZero = type.utf8.last == UInt8(ascii: "!")
        if keepsZero { type = type.dropLast() }
        let shape: Shape
        switch type.first {
        case "[": shape = .list
        case "{": shape = .map
        case "~": shape = .inline
        default: shape = .single
        }
        if shape != .single { type = type.dropFirst() }
        guard let number = UInt64(words[0]), let value = value(type, package, places) else {
            preconditionFailure("no field of a message: \(words)")
        }
        return Field(number: number, key: FieldKey(String(words[1])), value: value, shape: shape, keepsZero: keepsZero)
    }

    private static func value(_ type: Substring, _ package: Substring, _ places: [String: Int]) -> Value? {
        switch type {
        case "s": .string
        case "i": .integer
        case "b": .bool
        case "n": .double
        case "y": .bytes
        case "t": .time
        case "u": .microTime
        case "q": .quantity
        case "x": .intOrString
        case "*": .json
        case "w": .strings
        default: (places["\(package).\(type)"] ?? places[String(type)]).map { .message($0) }
        }
    }
}
