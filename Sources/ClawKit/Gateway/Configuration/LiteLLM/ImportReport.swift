import ClawBase

/// What became of each field of a foreign configuration file.
public struct ImportReport: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// It means here what it meant there.
        case taken
        /// It changes nothing here, or is always so.
        case ignored
        /// It has no counterpart; something will be missing.
        case unsupported
    }

    public struct Entry: Sendable, Hashable {
        public var outcome: Outcome
        /// `model_list[0].litellm_params.rpm`
        public var field: String
        /// Where it stands: `config.yaml:12`.
        public var place: String
        /// What it became, or why it became nothing.
        public var words: String
    }

    /// In the file's order.
    public var entries: [Entry] = []

    public init() {}

    public subscript(_ outcome: Outcome) -> [Entry] { entries.filter { $0.outcome == outcome } }

    /// What is missing, as findings that hinder nothing.
    var notes: [Finding] {
        self[.unsupported].map { Finding(.notSupported, "\($0.field): \($0.words)", field: $0.place) }
    }
}

extension FindingCode {
    /// A field of a foreign file that has no counterpart.
    static let notSupported = FindingCode(rawValue: "W_NOT_SUPPORTED")
}
