/// How much of its user's rights an API token carries.
public enum TokenScope: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Looking: requests that change nothing.
    case read
    /// And doing what members of projects do: runtimes, operations.
    case operate
    /// And everything else the user may: users, tenants, policy, tokens, passwords.
    case administer

    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .operate: 1
        case .administer: 2
        }
    }
}

/// Whom an API token is good for: shown to anybody else it is nobody's.
public enum TokenAudience: String, Sendable, Hashable, CaseIterable {
    /// The HTTP API of the control plane.
    case controlPlane = "control-plane"
    /// The model gateway: administering virtual keys there.
    case gateway
    /// Runtimes behind the access check and the proxy; there a token needs ``TokenScope/operate``.
    case runtimes
}
