/// A statement with its parameters.
///
/// Interpolation binds: the value goes to the server beside the text, so that nothing in it can be read as SQL.
///
///     let rows = try await db.query("select id, name from users where tenant = \(tenant)", as: User.self)
///
/// Names of tables and columns cannot be bound; `\(identifier: name)` quotes them. A statement can be put together of
/// others: `\(filter)` where `filter` is ``SQL`` takes its text and its parameters in.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    struct Parameter: Sendable {
        var type: PostgresType
        /// Where the value begins, and how many bytes it has; -1 for NULL.
        var offset: Int32
        var length: Int32
        /// Where `$n` begins, in bytes of the text.
        var placeholder: Int32
    }

    /// One reference, so that handing a statement on costs little.
    ///
    /// Sendable: changed only while one statement has it.
    private final class Storage: @unchecked Sendable {
        var text: String
        var parameters: [Parameter]
        var values: PostgresBytes

        init(_ text: String, _ parameters: [Parameter], _ values: PostgresBytes) {
            (self.text, self.parameters, self.values) = (text, parameters, values)
        }
    }
    private var storage: Storage

    /// With `$1`, `$2` … for the parameters.
    public internal(set) var text: String {
        get { storage.text }
        _modify {
            makeUnique()
            yield &storage.text
        }
    }
    var parameters: [Parameter] {
        get { storage.parameters }
        _modify {
            makeUnique()
            yield &storage.parameters
        }
    }
    var values: PostgresBytes {
        get { storage.values }
        _modify {
            makeUnique()
            yield &storage.values
        }
    }

    private mutating func makeUnique() {
        if isKnownUniquelyReferenced(&storage) { return }
        storage = Storage(storage.text, storage.parameters, storage.values)
    }

    /// Text as it is. Only for text that your program holds, never for what came from outside.
    public init(verbatim text: String) { storage = Storage(text, [], PostgresBytes()) }

    public init(stringLiteral text: String) { self.init(verbatim: text) }

    public init(stringInterpolation interpolation: StringInterpolation) { self = interpolation.sql }

    public struct StringInterpolation: StringInterpolationProtocol {
        var sql = SQL(verbatim: "")

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + 3 * interpolationCount)
            sql.parameters.reserveCapacity(interpolationCount)
            sql.values = PostgresBytes(capacity: 16 * interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { sql.text += literal }

        /// Binds the value.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) { sql.bind(value) }

        /// Binds the value, or NULL. (Of its own, because of others the compiler says that the text would hold "nil".)
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) { sql.bind(value) }

        /// Takes the other statement's text and parameters in.
        public mutating func appendInterpolation(_ fragment: SQL) { sql.append(fragment) }

        /// A name in double quotes, so that it is one name whatever stands in it.
        public mutating func appendInterpolation(identifier name: String) { sql.append(identifier: name) }
    }
}

extension SQL {
    /// The number of parameters.
    public var parameterCount: Int { parameters.count }

    /// Adds a placeholder, and the value to be sent for it.
    public mutating func bind<Value: PostgresEncodable>(_ value: Value) {
        let start = values.bytes.count
        value.encode(into: &values)
        let isNull = values.isNull
        values.isNull = false
        let type = Value.postgresType
        parameters.append(
            Parameter(
                type: type, offset: Int32(clamping: start),
                length: isNull ? -1 : Int32(clamping: values.bytes.count - start),
                placeholder: Int32(clamping: text.utf8.count)))
        // libpq takes text up to its NUL.
        if type == .unknown { values.append(0) }
        if values.bytes.count > 1 << 30 { values.refuse("The parameters are larger than 1 GiB.") }
        text += "$"
        text += String(parameters.count)
    }

    public mutating func append(_ fragment: SQL) {
        let base = Int32(clamping: values.bytes.count)
        values.append(contentsOf: fragment.values.bytes)
        if let problem = fragment.values.problem { values.refuse(problem) }
        var rest = fragment.text.utf8[...]
        var consumed = 0
        for (index, parameter) in fragment.parameters.enumerated() {
            let literal = Int(parameter.placeholder) - consumed
            text += Substring(rest.prefix(literal))
            rest = rest.dropFirst(literal)
            let number = "$\(index + 1)".utf8.count
            rest = rest.dropFirst(number)
            consumed += literal + number
            var moved = parameter
            moved.offset += base
            moved.placeholder = Int32(clamping: text.utf8.count)
            parameters.append(moved)
            text += "$\(parameters.count)"
        }
        text += Substring(rest)
    }

    public mutating func append(identifier name: String) {
        if name.isEmpty { values.refuse("A name of a table or column is empty.") }
        if name.utf8.contains(0) { values.refuse("A name of a table or column holds a NUL character.") }
        if name.utf8.count > 63 { values.refuse("A name of a table or column is longer than 63 bytes.") }
        text += "\""
        for character in name.unicodeScalars {
            if character == "\"" { text += "\"\"" } else { text.unicodeScalars.append(character) }
        }
        text += "\""
    }

    public static func + (a: SQL, b: SQL) -> SQL {
        var sum = a
        sum.append(b)
        return sum
    }

    /// Why the statement cannot be sent, if it cannot.
    var problem: PostgresError? {
        if let problem = values.problem { return PostgresError(.badParameter, problem, wasSent: false) }
        if parameters.count > 65_535 {
            return PostgresError(.badParameter, "A statement can have 65,535 parameters at most.", wasSent: false)
        }
        return nil
    }
}

extension Sequence<SQL> {
    /// One after the other with a separator between: `conditions.joined(" and ")`.
    public func joined(_ separator: SQL) -> SQL {
        var sum = SQL(verbatim: "")
        for (index, element) in enumerated() {
            if index > 0 { sum.append(separator) }
            sum.append(element)
        }
        return sum
    }
}

extension SQL: CustomStringConvertible {
    /// The text; parameters are not shown.
    public var description: String { text }
}
