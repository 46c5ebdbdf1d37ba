/// An amount of a resource, as Kubernetes writes it: `500m`, `1.5`, `2Gi`, `1e3`.
///
/// Keeps the text as given, so that a round trip changes nothing. Two quantities are equal as values when
/// their texts are equal; compare amounts with ``isSameAmount(as:)``.
/// Rules: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
public struct Quantity: ScalarView, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: String

    public static let zero = Quantity(unchecked: "0")

    /// nil where the text is no quantity.
    public init?(_ text: String) {
        guard QuantityParts(text)?.nanos != nil else { return nil }
        self.text = text
    }

    /// A literal in the program's own source; an invalid one is a programmer's mistake.
    public init(stringLiteral text: String) {
        precondition(QuantityParts(text)?.nanos != nil, "'\(text)' is not a quantity")
        self.text = text
    }

    /// Documents from outside may hold numbers, and texts that validation will refuse later: kept as they are.
    public init?(json: JSON) {
        switch json {
        case .string(let text): self.init(unchecked: text)
        case .integer(let value): self.init(unchecked: String(value))
        case .double(let value): self.init(unchecked: value.description)
        default: return nil
        }
    }

    init(unchecked text: String) { self.text = text }

    public var json: JSON { .string(text) }
    public var description: String { text }

    /// The amount in whole nano-units (10⁻⁹), rounded away from zero as Kubernetes does; nil where the text is no
    /// quantity or the amount is beyond the range.
    public var nanoUnits: Int128? { QuantityParts(text)?.nanos }

    /// The amount rounded up to whole units (away from zero): bytes, cores, pods.
    public var units: Int? { rounded(toNanos: 1_000_000_000) }

    /// The amount in thousandths, rounded up (away from zero): millicores.
    public var milliUnits: Int? { rounded(toNanos: 1_000_000) }

    public func isSameAmount(as other: Quantity) -> Bool { nanoUnits.map { $0 == other.nanoUnits } ?? false }

    private func rounded(toNanos unit: Int128) -> Int? {
        nanoUnits.flatMap { nanos in
            let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: unit)
            return Int(exactly: quotient + remainder.signum())
        }
    }
}
