import ClawBase
public import ClawDocuments

/// A field selector as text: `metadata.name=web,status.phase!=Running`.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/>
public struct FieldQuery: Sendable, Hashable {
    public struct Requirement: Sendable, Hashable {
        public var path: String
        public var value: String
        public var isEqual: Bool
    }

    public var requirements: [Requirement]

    public init(parsing text: String) throws {
        requirements = try text.split(separator: ",").map(Self.parse)
    }

    private static func parse(_ part: Substring) throws -> Requirement {
        let unequal = part.firstRange(of: "!=")
        guard let range = unequal ?? part.firstRange(of: "==") ?? part.firstRange(of: "="),
            range.lowerBound > part.startIndex
        else { throw Finding(.badRequest, "The field selector '\(part)' cannot be read; write path=value.") }
        return Requirement(
            path: String(part[..<range.lowerBound]), value: String(part[range.upperBound...]), isEqual: unequal == nil)
    }

    /// An absent field equals the empty text, as in Kubernetes.
    public func matches(_ object: JSONObject) -> Bool {
        requirements.allSatisfy { requirement in
            let found = JSON.object(object).value(at: requirement.path.split(separator: "."))
            let text =
                switch found {
                case .string(let text): text
                case .bool(let value): String(value)
                case .integer(let value): String(value)
                default: ""
                }
            return (text == requirement.value) == requirement.isEqual
        }
    }
}
