public import HTTPTypes

/// What of a request and a response may be shown: in logs, in recordings.
///
/// Header values are shown by a list of names known to be harmless, everything else is replaced; query values are
/// shown unless their name suggests a secret.
public struct Redaction: Sendable {
    public static let replacement = "[redacted]"

    /// Headers whose values are shown.
    public var shownHeaders: Set<HTTPField.Name>
    /// Parts of query parameters' names, in lower case, whose values are not shown.
    public var hiddenParameters: [String]
    /// Whether a request's body and its answer's are to be kept out of recordings.
    public var hidesBody: @Sendable (Request) -> Bool

    public init(
        shownHeaders: Set<HTTPField.Name> = Self.harmlessHeaders,
        hiddenParameters: [String] = Self.secretParameters,
        hidesBody: @escaping @Sendable (Request) -> Bool = Self.concernsSecrets
    ) {
        self.shownHeaders = shownHeaders
        self.hiddenParameters = hiddenParameters
        self.hidesBody = hidesBody
    }

    public static let harmlessHeaders = Set(
        [
            "Accept", "Accept-Encoding", "Allow", "Audit-Id", "Cache-Control", "Connection", "Content-Encoding",
            "Content-Length", "Content-Type", "Date", "ETag", "Host", "If-Match", "If-None-Match", "Last-Modified",
            "Retry-After", "Server", "Transfer-Encoding", "Upgrade", "User-Agent", "Vary", "Warning", "X-Request-Id",
            "X-Kubernetes-Pf-Flowschema-Uid", "X-Kubernetes-Pf-Prioritylevel-Uid",
        ].compactMap { HTTPField.Name($0) })

    public static let secretParameters = [
        "token", "secret", "password", "passwd", "credential", "signature", "sig", "key", "code", "auth", "assertion",
        "session",
    ]

    /// Whether a segment of the path names secrets, tokens or sessions.
    public static let concernsSecrets: @Sendable (Request) -> Bool = { request in
        let names: Set<Substring> = ["secrets", "token", "tokens", "tokenreviews", "sessions", "login", "oauth"]
        return request.path.lowercased().split(separator: "/").contains { names.contains($0) }
    }

    /// The request target, path and query; the query's parameters re-encoded.
    public func target(of request: Request) -> String {
        guard request.head.path?.contains("?") ?? false else { return String(request.path) }
        var query = request.query
        query.items = query.items.map { item in
            let name = item.name.lowercased()
            // A list's continue token says where to go on, and opens nothing.
            let isSecret = name != "continue" && hiddenParameters.contains { name.contains($0) }
            return isSecret ? (item.name, Self.replacement) : item
        }
        return "\(request.path)?\(query)"
    }

    public func value(of field: HTTPField) -> String {
        shownHeaders.contains(field.name) ? field.value : Self.replacement
    }
}
