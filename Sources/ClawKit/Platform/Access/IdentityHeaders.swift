public import HTTPTypes

/// Headers that say who somebody is. Only the gate may set them.
public enum IdentityHeaders {
    public static let user = HTTPField.Name("X-Claw-User")!
    public static let runtime = HTTPField.Name("X-Claw-Runtime")!

    /// Names with these beginnings, or these ``names``, are dropped from every request a client sends.
    public static let prefixes = [
        "x-claw-", "x-forwarded-user", "x-forwarded-preferred-username",
        "x-forwarded-email", "x-forwarded-groups", "x-forwarded-access-token", "x-auth-request-", "x-remote-",
        "remote-", "x-webauth-", "x-authenticated-", "x-openclaw-",
    ]
    public static let names: Set<String> = [
        "x-user", "x-user-id", "x-email", "x-groups", "x-scopes",
        "x-forwarded-client-cert", "x-client-cert", "x-ssl-client-cert",
    ]

    /// An expression (RE2, PCRE) for the names of what proxies must take from a request before it reaches a runtime: all of
    /// these, in the spellings that some servers read alike, and what signs in to the platform. What the access check
    /// answers in their place is all that a runtime gets.
    public static let expression: String = {
        let all = prefixes.map { "\($0).*" } + names.sorted() + ["cookie", "authorization"]
        return "(?i)^(\(all.map { $0.replacing("-", with: "[-_.]") }.joined(separator: "|")))$"
    }()

    /// Whether a client that sends this header would speak about who it is.
    public static func isIdentity(_ name: HTTPField.Name) -> Bool {
        // Some servers read '_' and '.' as '-' (CGI variables know no difference).
        let canonical = name.canonicalName.replacing("_", with: "-").replacing(".", with: "-")
        return names.contains(canonical) || prefixes.contains { canonical.hasPrefix($0) }
    }

    /// Drops them all.
    public static func strip(_ headers: inout HTTPFields) {
        guard headers.contains(where: { isIdentity($0.name) }) else { return }
        headers = HTTPFields(headers.filter { !isIdentity($0.name) })
    }
}
