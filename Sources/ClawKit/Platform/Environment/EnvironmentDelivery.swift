import ClawBase

/// The secrets of a runtime's environment, as they were read from their sources.
struct EnvironmentDelivery: Sendable, Hashable {
    var values: [String: Secret<String>] = [:]
    /// Tells them from others; nil where there are none.
    var digest: String?

    /// How what is wanted reaches a pod that is there.
    enum Way: Sendable, Hashable {
        case asItIs, inPlace, byRestart
    }
}
