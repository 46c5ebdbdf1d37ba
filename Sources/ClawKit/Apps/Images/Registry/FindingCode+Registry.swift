public import ClawBase

extension FindingCode {
    /// The registry's answer makes no sense, or is larger than any should be.
    public static let registry = FindingCode(rawValue: "E_REGISTRY")
    /// The registry does not let these credentials, or nobody without, read the repository.
    public static let registryDenied = FindingCode(rawValue: "E_REGISTRY_DENIED")
    /// The registry has no such repository or tag.
    public static let registryUnknown = FindingCode(rawValue: "E_REGISTRY_UNKNOWN")
    /// The registry asks to come back later; the detail `retryAfter` says in how many seconds.
    public static let registryBusy = FindingCode(rawValue: "E_REGISTRY_BUSY")
}
