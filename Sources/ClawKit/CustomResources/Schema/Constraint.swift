public import ClawDocuments

/// What a field must hold beyond its type.
///
///     Property("name", String.self, "Its name.", .length(1...63), .pattern("^[a-z]+$"), .immutable)
///
/// Each is one keyword of OpenAPI v3 or of Kubernetes' extensions of it.
public struct Constraint: Sendable {
    let apply: @Sendable (inout FieldDraft) -> Void

    init(_ apply: @escaping @Sendable (inout FieldDraft) -> Void) { self.apply = apply }

    private init(_ keyword: String, _ value: JSON?) {
        self.init { if let value { $0.schema[FieldKey(keyword)] = value } }
    }

    /// A keyword that has no constraint of its own here.
    public static func keyword(_ name: String, _ value: JSON) -> Constraint { Constraint(name, value) }

    /// The same, with the value as JSON text, as generated source has it.
    public static func keyword(_ name: String, json text: StaticString) -> Constraint {
        // A literal of the program: what is no JSON there is a programmer's mistake.
        guard let value = try? JSONParser.parse(Array("\(text)".utf8)) else {
            preconditionFailure("'\(text)' is no JSON")
        }
        return Constraint(name, value)
    }

    // MARK: texts

    /// How many characters (`minLength`, `maxLength`).
    public static func length(_ range: some LimitRange<Int>) -> Constraint {
        .limits(range, "minLength", "maxLength", JSON.int)
    }
    /// A regular expression (RE2) that must match somewhere in the text: anchor it with `^` and `$`.
    public static func pattern(_ expression: String) -> Constraint { Constraint("pattern", .string(expression)) }
    /// `date-time`, `uri`, `ipv4`, `duration`, …
    public static func format(_ name: String) -> Constraint { Constraint("format", .string(name)) }
    /// One of these values.
    public static func oneOf(_ values: JSON...) -> Constraint { Constraint("enum", .array(values)) }

    // MARK: numbers

    /// The smallest and the greatest value allowed.
    public static func range(_ range: some LimitRange<Int>) -> Constraint {
        .limits(range, "minimum", "maximum", JSON.int)
    }
    /// The smallest and the greatest value allowed.
    public static func range(_ range: some LimitRange<Double>) -> Constraint {
        .limits(range, "minimum", "maximum", JSON.double)
    }
    /// Greater than the limit itself.
    public static func above(_ limit: Double) -> Constraint {
        Constraint { ($0.schema["minimum"], $0.schema["exclusiveMinimum"]) = (.double(limit), true) }
    }
    /// Less than the limit itself.
    public static func below(_ limit: Double) -> Constraint {
        Constraint { ($0.schema["maximum"], $0.schema["exclusiveMaximum"]) = (.double(limit), true) }
    }
    public static func multiple(of factor: Double) -> Constraint { Constraint("multipleOf", .double(factor)) }

    // MARK: presence and change

    /// Objects without it are refused, even where its type may be left out.
    public static let required = Constraint { $0.isRequired = true }
    /// May be null, which then is kept.
    public static let nullable = Constraint("nullable", true)
    /// Once set it stays as it is (`self == oldSelf`), and cannot be removed.
    public static let immutable = Constraint {
        $0.isImmutable = true
        $0.add(.unchanged)
    }
    /// A rule in the Common Expression Language; `self` is the field's value.
    public static func rule(_ expression: String, _ message: String? = nil) -> Constraint {
        .rule(SchemaRule(expression, message))
    }
    public static func rule(_ rule: SchemaRule) -> Constraint { Constraint { $0.add(rule) } }
}

extension Constraint {
    static func limits<Bound>(
        _ range: some LimitRange<Bound>, _ least: String, _ most: String, _ json: @escaping @Sendable (Bound) -> JSON
    ) -> Constraint {
        let (lowest, highest) = (range.lowest.map(json), range.highest.map(json))
        return Constraint { draft in
            if let lowest { draft.schema[FieldKey(least)] = lowest }
            if let highest { draft.schema[FieldKey(most)] = highest }
        }
    }
}

extension JSON {
    fileprivate static func int(_ value: Int) -> JSON { .integer(Int64(value)) }
}
