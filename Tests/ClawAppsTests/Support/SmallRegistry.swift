import ClawBase
import Crypto
import HTTPTypes
import Synchronization

/// A registry as the distribution specification wants it: lists in pages with `Link`, entity tags, manifests by tag,
/// and tokens for who may pull. <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>
final class SmallRegistry: Handler {
    struct Call: Sendable, Hashable, CustomStringConvertible {
        let method: String
        let path: String
        let status: Int
        var description: String { "\(method) \(path) → \(status)" }
    }

    private struct State {
        var tags: [String: [String: [UInt8]]] = [:]
        var calls: [Call] = []
        var tokens: Set<String> = []
        var authority = ""
        var pageSize = 1000
        var user: (name: String, password: String)?
        var usesBasic = false
        var retryAfter: Int?
    }
    private let state = Mutex(State())

    // MARK: what a test sets and reads

    /// Pushes a manifest.
    func push(_ repository: String, _ tag: String, _ manifest: String = "{}") {
        state.withLock { $0.tags[repository, default: [:]][tag] = Array(manifest.utf8) }
    }

    func digest(_ repository: String, _ tag: String) -> String {
        state.withLock { "sha256:\(Hex.encode(SHA256.hash(data: $0.tags[repository]?[tag] ?? [])))" }
    }

    var pageSize: Int {
        get { state.withLock { $0.pageSize } }
        set { state.withLock { $0.pageSize = newValue } }
    }

    /// The registry's own address, once it is known: that of its token service.
    func serve(at authority: String) { state.withLock { $0.authority = authority } }

    /// Only this user may pull, by a token or (basic) by the password itself.
    func allowOnly(_ name: String, _ password: String, basic: Bool = false) {
        state.withLock { ($0.user, $0.usesBasic) = ((name, password), basic) }
    }

    func revokeTokens() { state.withLock { $0.tokens = [] } }
    func beBusy(for seconds: Int?) { state.withLock { $0.retryAfter = seconds } }

    var calls: [Call] { state.withLock { $0.calls } }
    func forgetCalls() { state.withLock { $0.calls = [] } }

    // MARK: the registry

    func respond(to request: Request) async -> Response {
        let response = answer(request)
        state.withLock {
            $0.calls.append(
                Call(
                    method: request.method.rawValue, path: request.head.path ?? "/", status: response.status.code))
        }
        return response
    }

    private func answer(_ request: Request) -> Response {
        let parts = request.path.split(separator: "/").map(String.init)
        if let seconds = state.withLock({ $0.retryAfter }) {
            return Response(status: .tooManyRequests, headers: [.retryAfter: "\(seconds)"])
        }
        if parts == ["token"] { return token(request) }
        guard parts.count >= 4, parts[0] == "v2" else { return Response(status: .notFound) }
        let repository = parts[1..<(parts.count - 2)].joined(separator: "/")
        if let refusal = refusal(of: request, repository) { return refusal }
        guard let tags = state.withLock({ $0.tags[repository] }) else { return Response(status: .notFound) }
        switch parts.suffix(2).first {
        case "tags": return list(request, repository, tags.keys.sorted())
        case "manifests":
            guard let manifest = tags[parts[parts.count - 1]] else { return Response(status: .notFound) }
            var response = Response(status: .ok, body: request.method == .head ? .empty : .bytes(manifest))
            if let name = HTTPField.Name("Docker-Content-Digest") {
                response.headers[name] = "sha256:\(Hex.encode(SHA256.hash(data: manifest)))"
            }
            return response
        default: return Response(status: .notFound)
        }
    }

    private func list(_ request: Request, _ repository: String, _ tags: [String]) -> Response {
        let last = request.query["last"]
        let size = min(pageSize, request.query["n"].flatMap(Int.init) ?? 1000)
        let rest = tags.filter { $0 > (last ?? "") }
        let page = Array(rest.prefix(size))
        let etag =
            "\"\(Hex.encode(SHA256.hash(data: Array(page.joined(separator: ",").utf8 + [rest.count > size ? 1 : 0]))))\""
        if request.headers[.ifNoneMatch] == etag { return Response(status: .notModified) }
        var response = Response(
            status: .ok, headers: [.contentType: "application/json", .eTag: etag],
            body: .string(
                "{\"name\":\"\(repository)\",\"tags\":[\(page.map { "\"\($0)\"" }.joined(separator: ","))]}"))
        if rest.count > size, let end = page.last, let name = HTTPField.Name("Link") {
            response.headers[name] = "</v2/\(repository)/tags/list?last=\(end)&n=\(size)>; rel=\"next\""
        }
        return response
    }

    private func refusal(of request: Request, _ repository: String) -> Response? {
        state.withLock { state in
            guard let user = state.user else { return nil }
            let given = request.headers[.authorization] ?? ""
            if state.usesBasic {
                if given == Self.basic(user) { return nil }
                return Response(status: .unauthorized, headers: [.wwwAuthenticate: "Basic realm=\"registry\""])
            }
            if given.hasPrefix("Bearer "), state.tokens.contains(String(given.dropFirst(7))) { return nil }
            let realm = "http://\(state.authority)/token"
            let challenge =
                "Bearer realm=\"\(realm)\",service=\"small\",scope=\"repository:\(repository):pull,push\""
            return Response(status: .unauthorized, headers: [.wwwAuthenticate: challenge])
        }
    }

    private func token(_ request: Request) -> Response {
        state.withLock { state in
            guard let user = state.user, request.headers[.authorization] == Self.basic(user),
                request.query["service"] == "small", request.query["scope"]?.hasSuffix(":pull") ?? false
            else { return Response(status: .unauthorized) }
            let token = "t\(state.calls.count)"
            state.tokens.insert(token)
            return Response(status: .ok, body: .string("{\"token\":\"\(token)\",\"expires_in\":300}"))
        }
    }

    private static func basic(_ user: (name: String, password: String)) -> String {
        "Basic \(Base64.encode(Array("\(user.name):\(user.password)".utf8)))"
    }
}
