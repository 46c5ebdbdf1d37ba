public import HTTPTypes

/// Acting as somebody else, where the server allows it to the client.
///
/// <https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/>
public struct Impersonation: Sendable, Hashable {
    public var user: String
    public var uid: String?
    public var groups: [String]
    /// Keys in any spelling; the header carries them percent-encoded and the server in lower case.
    public var extra: [String: [String]]

    public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    static let userHeader = HTTPField.Name("Impersonate-User")!  // a token, as the documentation spells it

    /// - Throws: ``Finding`` with ``FindingCode/credentials`` for a value that cannot stand in a header.
    public func headers() throws -> HTTPFields {
        var fields = HTTPFields()
        func add(_ name: String, _ value: String) throws {
            guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else {
                throw Finding(.credentials, "'\(name)' to impersonate holds a character no header may hold.")
            }
            fields.append(HTTPField(name: name, value: value))
        }
        try add("Impersonate-User", user)
        if let uid { try add("Impersonate-Uid", uid) }
        for group in groups { try add("Impersonate-Group", group) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            // Everything a field name may hold (RFC 9110, section 5.6.2) but the percent sign itself.
            let name = "Impersonate-Extra-\(Percent.encode(key, allowing: "!#$&'*+^`|"))"
            for value in values { try add(name, value) }
        }
        return fields
    }
}
