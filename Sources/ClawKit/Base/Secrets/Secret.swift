/// A value that never describes itself: printing, logging, mirroring or encoding it shows `[redacted]`.
///
/// The one way to the value is ``reveal()``, so that every use can be found by name.
public struct Secret<Value: Sendable>: Sendable {
    private let value: Value
    public init(_ value: Value) { self.value = value }
    public func reveal() -> Value { value }
}

extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "[redacted]" }
    public var debugDescription: String { "[redacted]" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
