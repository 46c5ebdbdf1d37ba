/// Something that is wrong: a stable code, a sentence that says what and how to mend it, and the place.
///
/// Thrown as an error, returned by admission, rendered into HTTP bodies as
/// `{"code":"E_…","message":"…","field":"…"?,"details":{…}?}`.
public struct Finding: Error, Sendable, Hashable {
    public var code: FindingCode
    /// One sentence: what is wrong, and the mend. Never holds a secret.
    public var message: String
    /// The place: a field path (`spec.template`), a file with line (`claw.yaml:12`), a flag (`--listen`).
    public var field: String?
    public var details: [String: String]

    public init(_ code: FindingCode, _ message: String, field: String? = nil, details: [String: String] = [:]) {
        self.code = code
        self.message = message
        self.field = field
        self.details = details
    }

    package static func bodyTooLarge(limit: Int) -> Finding {
        Finding(.bodyTooLarge, "The body is larger than the limit of \(limit) bytes; send less.")
    }
}

extension Finding: CustomStringConvertible {
    /// `E_NAME (name): message`
    public var description: String { "\(code)\(field.map { " (\($0))" } ?? ""): \(message)" }
}
