public import ClawBase
public import ClawDocuments

/// The members of a request's JSON object, each read with its type named in the finding.
public struct BodyFields: Sendable {
    public let object: JSONObject
    private let path: String

    /// - Throws: ``Finding`` (`E_BAD_REQUEST`) naming a member that is not known, and the nearest that is.
    public init(_ object: JSONObject, known: Set<String>, path: String = "") throws(Finding) {
        (self.object, self.path) = (object, path)
        for name in object.names where !known.contains(name) {
            let mend =
                NearestName.nearest(to: name, in: known).map { "did you mean '\($0)'?" }
                ?? "known are \(known.sorted().joined(separator: ", "))."
            throw Finding(.badRequest, "'\(name.prefix(80))' is no field here; \(mend)", field: path + name)
        }
    }

    /// A string that must be there and not be empty.
    public func string(_ name: String) throws(Finding) -> String {
        guard let text = try optionalString(name), !text.isEmpty else { throw missing(name, "a string") }
        return text
    }

    public func optionalString(_ name: String) throws(Finding) -> String? {
        guard let value = present(name) else { return nil }
        guard let text = value.string else { throw wrongType(name, "a string", value) }
        return text
    }

    /// A name by RFC 1123 that must be there.
    public func label(_ name: String) throws(Finding) -> DNSLabel { try DNSLabel(string(name), field: path + name) }

    public func optionalLabel(_ name: String) throws(Finding) -> DNSLabel? {
        guard let text = try optionalString(name) else { return nil }
        return try DNSLabel(text, field: path + name)
    }

    public func optionalBool(_ name: String) throws(Finding) -> Bool? {
        guard let value = present(name) else { return nil }
        guard let flag = value.bool else { throw wrongType(name, "true or false", value) }
        return flag
    }

    public func optionalInteger(_ name: String) throws(Finding) -> Int? {
        guard let value = present(name) else { return nil }
        guard let number = value.integer else { throw wrongType(name, "a whole number", value) }
        return Int(number)
    }

    public func optionalStrings(_ name: String) throws(Finding) -> [String]? {
        guard let value = present(name) else { return nil }
        guard let elements = value.array else { throw wrongType(name, "an array of strings", value) }
        var texts: [String] = []
        for element in elements {
            guard let text = element.string else { throw wrongType(name, "an array of strings", element) }
            texts.append(text)
        }
        return texts
    }

    /// Amounts of resources by name: `{"requests.cpu": "4", "pods": 20}`.
    public func optionalAmounts(_ name: String) throws(Finding) -> [String: Quantity]? {
        guard let value = present(name) else { return nil }
        guard let object = value.object else { throw wrongType(name, "an object", value) }
        var amounts: [String: Quantity] = [:]
        for (resource, amount) in object {
            guard let text = amount.string ?? amount.integer.map(String.init), let quantity = Quantity(text),
                quantity >= .zero
            else {
                throw Finding(
                    .badRequest,
                    "'\(resource)' is given no amount; give a quantity such as \"2\", \"500m\" or \"4Gi\".",
                    field: "\(path)\(name).\(resource)")
            }
            amounts[resource] = quantity
        }
        return amounts
    }

    /// One of a closed set of words.
    public func optionalCase<E: RawRepresentable & CaseIterable>(
        _ name: String, of type: E.Type
    ) throws(Finding) -> E? where E.RawValue == String {
        guard let text = try optionalString(name) else { return nil }
        guard let value = E(rawValue: text) else {
            let words = E.allCases.map(\.rawValue).joined(separator: ", ")
            throw Finding(.badRequest, "'\(text.prefix(80))' is none of \(words).", field: path + name)
        }
        return value
    }

    /// A member that is there; null counts as absent.
    private func present(_ name: String) -> JSON? {
        // Spelt out: a bare `nil` would be read as JSON's null.
        guard let value = object[name], !value.isNull else { return Optional<JSON>.none }
        return value
    }

    private func missing(_ name: String, _ type: String) -> Finding {
        Finding(.badRequest, "'\(name)' is missing; give it as \(type).", field: path + name)
    }

    private func wrongType(_ name: String, _ type: String, _ value: JSON) -> Finding {
        Finding(.badRequest, "'\(name)' is \(value.typeName); give it as \(type).", field: path + name)
    }
}
