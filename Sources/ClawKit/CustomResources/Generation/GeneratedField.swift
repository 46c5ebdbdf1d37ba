/// A field of a struct that is written.
struct GeneratedField {
    /// As documents write it.
    let name: String
    let identifier: String
    let type: String
    /// An expression of the type, where the field has a default.
    let value: String?
    let comment: String
    /// `Property(…)`.
    let property: String

    private var absence: String? {
        if let value { return value }
        if type.hasSuffix("?") { return "nil" }
        if type.hasPrefix("[") { return type.contains(": ") ? "[:]" : "[]" }
        return nil
    }

    var parameter: String { "\(identifier): \(type)\(absence.map { " = \($0)" } ?? "")" }

    func accessor(_ access: String) -> String {
        let key = SwiftText.literal(name)
        let read = value.map { "self[\(key), default: \($0)]" } ?? "self[\(key)]"
        return """
                \(SwiftText.comment(comment, indent: "    "))    \(access)var \(identifier): \(type) {
                    get { \(read) }
                    set { self[\(key)] = newValue }
                }

            """
    }
}
