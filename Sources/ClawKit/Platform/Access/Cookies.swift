public import ClawBase
public import HTTPTypes

/// The session cookie in requests and responses (RFC 6265).
public enum SessionCookie {
    /// The cookie of our name; nil where there are two that differ: somebody below the domain has set one of them.
    public static func value(in headers: HTTPFields) -> Secret<String>? { value(SessionSigner.cookieName, in: headers) }

    static func value(_ name: String, in headers: HTTPFields) -> Secret<String>? {
        var found: String?
        for header in headers[values: .cookie] {
            // Bytes: browsers send many cookies along with every request.
            for pair in header.utf8.split(separator: UInt8(ascii: ";")) {
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), trim(Substring(pair[..<equals])) == name[...]
                else { continue }
                let value = trim(Substring(pair[equals...].dropFirst()))
                if value.isEmpty { continue }
                guard let first = found else {
                    found = String(value)
                    continue
                }
                if first[...] != value { return nil }
            }
        }
        return found.map { Secret($0) }
    }

    /// The `Set-Cookie` value that begins a session.
    /// - Parameters:
    ///   - lifetime: whole seconds are kept.
    ///   - isSecure: set where the server is reached over https; browsers then never send it in clear.
    ///   - domain: sends it to every host below the domain, for runtimes with host names of their own.
    public static func set(
        _ value: Secret<String>, lifetime: Duration, isSecure: Bool, domain: String? = nil
    ) -> String {
        header(value.reveal(), maxAge: lifetime.components.seconds, isSecure: isSecure, domain: domain)
    }

    /// The `Set-Cookie` value that removes the cookie.
    public static func clear(isSecure: Bool, domain: String? = nil) -> String {
        header("", maxAge: 0, isSecure: isSecure, domain: domain)
    }

    /// Takes the session cookie out of a request's headers: what stands behind the gate must never see it.
    public static func remove(from headers: inout HTTPFields) {
        let kept = headers[values: .cookie].compactMap { header -> String? in
            let pairs = header.split(separator: ";").filter { pair in
                trim(pair.prefix { $0 != "=" }) != SessionSigner.cookieName[...]
            }
            return pairs.isEmpty ? nil : pairs.map { String(trim($0)) }.joined(separator: "; ")
        }
        headers[values: .cookie] = kept
    }

    private static func header(_ value: String, maxAge: Int64, isSecure: Bool, domain: String?) -> String {
        // Lax: sent when a person follows a link here, never with another site's form or script.
        "\(SessionSigner.cookieName)=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "") + (domain.map { "; Domain=\($0)" } ?? "")
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
