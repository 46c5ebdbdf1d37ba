/// A document's member has another type than its kind says:
/// `items[3].spec.containers[0].ports[0].containerPort: expected integer, found string`.
public struct SchemaMismatch: Error, Sendable, Hashable {
    /// `spec.containers[0].ports[0].containerPort`; empty for the document itself.
    public let path: String
    /// In words: `integer`, `array`.
    public let expected: String
    public let found: String

    public init(path: String, expected: String, found: String) {
        (self.path, self.expected, self.found) = (path, expected, found)
    }
}

extension SchemaMismatch: CustomStringConvertible {
    public var description: String { "\(path): expected \(expected), found \(found)" }
}
