public import ClawBase

/// One line of a container's log.
public struct LogLine: Sendable, Hashable, CustomStringConvertible {
    /// Without the line feed; bytes that are no UTF-8 are replaced.
    public var text: String
    /// When the line was written, where timestamps were asked for.
    public var written: Timestamp?
    /// Whether the line was longer than the limit and its rest is left out.
    public var isCut: Bool

    public init(_ text: String, written: Timestamp? = nil, isCut: Bool = false) {
        (self.text, self.written, self.isCut) = (text, written, isCut)
    }

    public var description: String { text }
}
