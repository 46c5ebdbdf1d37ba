public import ClawBase

/// Refuses requests whose body is large.
public struct SizeRule: Guardrail {
    public let name: String
    public var maxBytes: Int

    public init(_ name: String = "size", maxBytes: Int) { (self.name, self.maxBytes) = (name, maxBytes) }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        guard request.size > maxBytes else { return }
        throw GuardrailRefusal("The request has \(request.size) bytes, \(maxBytes) are allowed; send less.")
    }
}

/// Refuses requests that offer tools to the model which it may not have.
public struct ToolRule: Guardrail {
    public let name: String
    /// nil: all that are not denied.
    public var allowed: Set<String>?
    public var denied: Set<String>

    public init(_ name: String = "tools", allowed: Set<String>? = nil, denied: Set<String> = []) {
        (self.name, self.allowed, self.denied) = (name, allowed, denied)
    }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        let wrong = request.tools.first { denied.contains($0) || !(allowed?.contains($0) ?? true) }
        guard let wrong else { return }
        throw GuardrailRefusal("The tool '\(wrong.prefix(64))' is not allowed here; leave it away.")
    }
}

/// Refuses requests with a text that a pattern matches, or writes something else in its place.
public struct PatternRule: Guardrail {
    public let name: String
    /// As Swift's `Regex` reads it.
    public let pattern: String
    /// nil: such requests are refused.
    public var replacement: String?

    /// - Throws: ``Finding`` (`E_CONFIG`) for what is no pattern.
    public init(_ name: String, pattern: String, replacement: String? = nil) throws(Finding) {
        guard (try? Regex(pattern)) != nil else {
            throw Finding(.badConfig, "The pattern of '\(name)' cannot be read; write a regular expression.")
        }
        (self.name, self.pattern, self.replacement) = (name, pattern, replacement)
    }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        // Made for each request: a Regex must not be shared between tasks.
        guard let regex = try? Regex(pattern) else { return }
        if let replacement {
            request.rewriteTexts { $0.replacing(regex, with: replacement) }
        } else if request.texts.contains(where: { $0.contains(regex) }) {
            throw GuardrailRefusal("The rule '\(name)' forbids a part of what was said; leave it away.")
        }
    }
}

/// Masks what identifies people: `[email]`, `[card]`, `[iban]`, `[phone]`. What only looks like a card or an IBAN, and
/// fails its check digits, stays. An example of a rule: no pattern finds everything that is personal.
public struct PersonalDataRule: Guardrail {
    public enum Kind: String, Sendable, Hashable, CaseIterable { case email, card, iban, phone }

    public let name: String
    public var kinds: Set<Kind>

    public init(_ name: String = "personal", _ kinds: Set<Kind> = Set(Kind.allCases)) {
        (self.name, self.kinds) = (name, kinds)
    }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) { request.rewriteTexts(masked) }

    func masked(_ text: String) -> String {
        // Most texts have neither.
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "@") || (48...57).contains($0) }) else { return text }
        var text = text
        if kinds.contains(.email) {
            text = text.replacing(#/[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+/#, with: "[email]")
        }
        if kinds.contains(.iban) {
            text = text.replacing(#/\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b/#) { match in
                Self.isIBAN(match.output) ? "[iban]" : String(match.output)
            }
        }
        if kinds.contains(.card) {
            text = text.replacing(#/\b[0-9](?:[ \-]?[0-9]){12,18}\b/#) { match in
                Self.isCard(match.output) ? "[card]" : String(match.output)
            }
        }
        if kinds.contains(.phone) {
            text = text.replacing(#/\+[0-9](?:[ ()\-\/]?[0-9]){6,14}\b/#, with: "[phone]")
        }
        return text
    }

    /// Luhn's check.
    static func isCard(_ text: Substring) -> Bool {
        let digits = text.compactMap(\.wholeNumberValue)
        let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
            let value = digit.offset % 2 == 0 ? digit.element : digit.element * 2
            return sum + (value > 9 ? value - 9 : value)
        }
        return sum % 10 == 0
    }

    /// ISO 13616: the rest by 97 is one.
    static func isIBAN(_ text: Substring) -> Bool {
        let plain = text.filter { $0 != " " }
        guard (15...34).contains(plain.count) else { return false }
        var rest = 0
        for character in plain.dropFirst(4) + plain.prefix(4) {
            guard let value = character.wholeNumberValue ?? character.asciiValue.map({ Int($0) - 55 }) else { return false }
            rest = (rest * (value > 9 ? 100 : 10) + value) % 97
        }
        return rest == 1
    }
}

/// A rule for some models alone.
struct ScopedRule: Guardrail {
    let rule: any Guardrail
    let models: Set<String>
    var name: String { rule.name }

    func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        if models.contains(where: { ModelPattern($0).matches(request.model) }) { try rule.inspect(&request) }
    }
}
