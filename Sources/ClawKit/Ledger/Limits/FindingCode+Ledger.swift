import ClawBase

extension FindingCode {
    /// As the platform has it, which stands above.
    static let invalid = FindingCode(rawValue: "E_INVALID")
}
