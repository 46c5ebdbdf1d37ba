/// What is measured. An open set.
public struct UsageMeter: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    /// Answers of models; the amount counts requests.
    public static let model = UsageMeter(rawValue: "model")
    /// Seconds that pods were there.
    public static let pod = UsageMeter(rawValue: "pod")
    /// Milliseconds of one core.
    public static let cpu = UsageMeter(rawValue: "cpu")
    /// MiB times seconds.
    public static let memory = UsageMeter(rawValue: "memory")
    /// MiB times seconds.
    public static let storage = UsageMeter(rawValue: "storage")
}
