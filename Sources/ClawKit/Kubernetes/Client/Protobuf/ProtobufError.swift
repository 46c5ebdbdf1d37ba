/// Why bytes are no message.
package struct ProtobufError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    static let truncated = ProtobufError("unexpected EOF")
}
