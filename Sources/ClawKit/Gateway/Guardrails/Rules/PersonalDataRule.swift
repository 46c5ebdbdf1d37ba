/// Masks what identifies people: `[email]`, `[card]`, `[iban]`, `[phone]`. What only looks like a card or an IBAN, and
/// fails its check digits, stays. An example of a rule: no pattern finds everything that is personal.
public struct PersonalDataRule: Guardrail {
    public enum Kind: String, Sendable, Hashable, CaseIterable { case email, iban, card, phone }

    public let name: String
    public var kinds: Set<Kind>
    public var traffic: GuardedTraffic
    /// How many characters of a streamed text are kept back.
    public var window: Int

    public init(
        _ name: String = "personal", _ kinds: Set<Kind> = Set(Kind.allCases), on traffic: GuardedTraffic = .requests,
        window: Int = PatternRule.usualWindow
    ) {
        (self.name, self.kinds, self.traffic, self.window) = (name, kinds, traffic, window)
    }

    public var answerWindow: Int? { traffic.contains(.answers) ? max(1, window) : nil }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        if traffic.contains(.requests) { request.rewriteTexts(masked) }
    }

    public func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {
        if traffic.contains(.answers) { answer.replace(matches) }
    }

    func masked(_ text: String) -> String { text.applying(matches(text)) }

    /// In order, apart from each other.
    private func matches(_ text: String) -> [TextMatch] {
        // Most texts have neither.
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "@") || (48...57).contains($0) }) else { return [] }
        var matches: [TextMatch] = []
        for kind in Kind.allCases where kinds.contains(kind) {
            for range in Self.ranges(of: kind, in: text) where matches.allSatisfy({ !$0.range.overlaps(range) }) {
                matches.append(TextMatch(range, "[\(kind.rawValue)]"))
            }
        }
        return matches.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    private static func ranges(of kind: Kind, in text: String) -> [Range<String.Index>] {
        switch kind {
        case .email: text.ranges(of: #/[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+/#)
        case .iban: text.ranges(of: #/\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b/#).filter { isIBAN(text[$0]) }
        case .card: text.ranges(of: #/\b[0-9](?:[ \-]?[0-9]){12,18}\b/#).filter { isCard(text[$0]) }
        case .phone: text.ranges(of: #/\+[0-9](?:[ ()\-\/]?[0-9]){6,14}\b/#)
        }
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
