/// A format that texts can be checked against.
struct FormatValue: OpaqueValue {
    static let expressionType = ExpressionType.opaque("kubernetes.NamedFormat", [])
    let name: String
    /// How long a pattern it counts as.
    let patternSize: Int
    let problems: @Sendable (String) -> [String]

    var type: ExpressionType { Self.expressionType }
    func isEqual(to other: any OpaqueValue) -> Bool { (other as? FormatValue)?.name == name }

    static let all: [String: FormatValue] = {
        let list: [(String, String, Int, @Sendable (String) -> [String])] = [
            ("dns1123Label", "DNS1123Label", 30, { NameFormats.label($0, isPrefix: false) }),
            ("dns1123Subdomain", "DNS1123Subdomain", 60, { NameFormats.subdomain($0, isPrefix: false) }),
            ("dns1035Label", "DNS1035Label", 30, { NameFormats.label1035($0, isPrefix: false) }),
            ("qualifiedName", "QualifiedName", 60, NameFormats.qualifiedName),
            ("dns1123LabelPrefix", "DNS1123LabelPrefix", 30, { NameFormats.label($0, isPrefix: true) }),
            ("dns1123SubdomainPrefix", "DNS1123SubdomainPrefix", 60, { NameFormats.subdomain($0, isPrefix: true) }),
            ("dns1035LabelPrefix", "DNS1035LabelPrefix", 30, { NameFormats.label1035($0, isPrefix: true) }),
            ("labelValue", "LabelValue", 40, NameFormats.labelValue),
            (
                "uri", "URI", 1074,
                { text in
                    do throws(EvaluationError) { _ = try URLValue.parse(text) } catch {
                        return [
                            String(error.description.dropFirst("URL parse error during conversion from string: ".count))
                        ]
                    }
                    return []
                }
            ),
            ("uuid", "uuid", 83, { NameFormats.isUUID($0) ? [] : ["does not match the UUID format"] }),
            ("byte", "byte", 84, { $0.utf8.count % 4 == 0 && Base64.decode($0) != nil ? [] : ["invalid base64"] }),
            ("date", "date", 120, { Instant(date: $0) != nil ? [] : ["invalid date"] }),
            ("datetime", "datetime", 120, { Instant($0) != nil ? [] : ["invalid datetime"] }),
        ]
        return Dictionary(
            uniqueKeysWithValues: list.map { ($0.0, FormatValue(name: $0.1, patternSize: $0.2, problems: $0.3)) })
    }()
}

extension FunctionTable {
    /// Named formats.
    mutating func addNamedFormats() {
        declare(
            """
            format-named = format.named(string) -> optional<kubernetes.NamedFormat>
            format-validate = kubernetes.NamedFormat'validate(string) -> optional<list<string>>
            string_jsonpatch_escapeKey_string = jsonpatch.escapeKey(string) -> string
            """)
        for (name, format) in FormatValue.all {
            declare("format.\(name) = format.\(name)() -> kubernetes.NamedFormat")
            add("format.\(name)") { _ throws(EvaluationError) in .opaque(format) }
        }
        add("format.named") { a throws(EvaluationError) in
            a.string(0).map { .optional(FormatValue.all[$0].map(Value.opaque)) }
        }
        add("validate") { a throws(EvaluationError) in
            guard let format = a.opaque(0, as: FormatValue.self), let text = a.string(1) else { return nil }
            let problems = format.problems(text)
            return .optional(problems.isEmpty ? nil : .list(.values(problems.map(Value.string))))
        }
        add("jsonpatch.escapeKey") { a throws(EvaluationError) in
            guard let text = a.string(0) else { return nil }
            return Texts.replace(text, "~", with: "~0", limit: -1).flatMap {
                Texts.replace($0, "/", with: "~1", limit: -1)
            }
            .map(Value.string)
        }
    }
}
