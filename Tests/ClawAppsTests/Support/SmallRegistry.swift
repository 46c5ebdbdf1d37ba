import ClawBase
import ClawDocuments
import Crypto
import HTTPTypes
import Synchronization

/// A registry as the distribution specification wants it: lists in pages with `Link`, entity tags, manifests by tag,
/// uploads in pieces, and tokens for who may pull and push. <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>
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
        /// With what each allows.
        var tokens: [String: String] = [:]
        var blobs: [String: [String: [UInt8]]] = [:]
        var uploads: [String: [UInt8]] = [:]
        var leastPiece: Int?
        var uploadPlace: String?
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

    func revokeTokens() { state.withLock { $0.tokens = [:] } }
    /// What an upload's pieces must have at least, the last one aside.
    func wantPieces(of bytes: Int) { state.withLock { $0.leastPiece = bytes } }
    /// Has uploads go on at another origin than the registry's own.
    func sendUploads(to origin: String) { state.withLock { $0.uploadPlace = origin } }
    func blob(_ repository: String, _ digest: String) -> [UInt8]? { state.withLock { $0.blobs[repository]?[digest] } }
    func manifest(_ repository: String, _ tag: String) -> [UInt8]? { state.withLock { $0.tags[repository]?[tag] } }
    func beBusy(for seconds: Int?) { state.withLock { $0.retryAfter = seconds } }

    var calls: [Call] { state.withLock { $0.calls } }
    func forgetCalls() { state.withLock { $0.calls = [] } }

    // MARK: the registry

    func respond(to request: Request) async -> Response {
        let body = (try? await request.body.collect(limit: 1 << 26)) ?? []
        let response = answer(request, body)
        state.withLock {
            $0.calls.append(
                Call(
                    method: request.method.rawValue, path: request.head.path ?? "/", status: response.status.code))
        }
        return response
    }

    private func answer(_ request: Request, _ body: [UInt8]) -> Response {
        let parts = request.path.split(separator: "/").map(String.init)
        if let seconds = state.withLock({ $0.retryAfter }) {
            return Response(status: .tooManyRequests, headers: [.retryAfter: "\(seconds)"])
        }
        if parts == ["token"] { return token(request) }
        guard parts.count >= 4, parts[0] == "v2" else { return Response(status: .notFound) }
        let isUpload = parts.count >= 5 && parts[parts.count - 2] == "uploads"
        let repository = parts[1..<(parts.count - (isUpload ? 3 : 2))].joined(separator: "/")
        if let refusal = refusal(of: request, repository) { return refusal }
        if isUpload { return upload(request, repository, parts[parts.count - 1], body) }
        if parts[parts.count - 2] == "blobs" { return blobs(request, repository, parts[parts.count - 1]) }
        if request.method == .put { return put(manifest: body, repository, parts[parts.count - 1]) }
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

    private func blobs(_ request: Request, _ repository: String, _ name: String) -> Response {
        if request.method == .post, name == "uploads" {
            let id = "u\(state.withLock { $0.calls.count })"
            state.withLock { $0.uploads[id] = [] }
            return goOn(repository, id)
        }
        let found = state.withLock { $0.blobs[repository]?[name] }
        return Response(status: found == nil ? .notFound : .ok)
    }

    private func goOn(_ repository: String, _ id: String) -> Response {
        state.withLock { state in
            let origin = state.uploadPlace ?? ""
            // What a place carries is the registry's own business, and comes back with the next piece.
            var response = Response(
                status: .accepted,
                headers: [.location: "\(origin)/v2/\(repository)/blobs/uploads/\(id)?state=\(state.uploads[id]?.count ?? 0)"])
            if let least = state.leastPiece, let name = HTTPField.Name("OCI-Chunk-Min-Length") {
                response.headers[name] = "\(least)"
            }
            return response
        }
    }

    private func upload(_ request: Request, _ repository: String, _ id: String, _ body: [UInt8]) -> Response {
        guard let there = state.withLock({ $0.uploads[id] }), request.query["state"] == "\(there.count)" else {
            return Response(status: .notFound)
        }
        switch request.method {
        case .patch:
            guard request.headers[.contentRange] == "\(there.count)-\(there.count + body.count - 1)" else {
                return Response(status: .rangeNotSatisfiable)
            }
            state.withLock { $0.uploads[id] = there + body }
            return goOn(repository, id)
        case .put:
            let whole = there + body
            let digest = "sha256:\(Hex.encode(SHA256.hash(data: whole)))"
            guard request.query["digest"] == digest else { return Response(status: .badRequest) }
            state.withLock { state in
                state.uploads[id] = nil
                state.blobs[repository, default: [:]][digest] = whole
            }
            return Response(status: .created)
        default: return Response(status: .methodNotAllowed)
        }
    }

    /// What it names must be there.
    private func put(manifest: [UInt8], _ repository: String, _ tag: String) -> Response {
        let parsed = try? JSONParser.parse(manifest)
        let named = ((parsed?["layers"]?.array ?? []) + [parsed?["config"] ?? .null]).compactMap { $0["digest"]?.string }
        return state.withLock { state in
            guard !named.isEmpty, named.allSatisfy({ state.blobs[repository]?[$0] != nil }) else {
                return Response(status: .badRequest)
            }
            state.tags[repository, default: [:]][tag] = manifest
            var response = Response(status: .created)
            if let name = HTTPField.Name("Docker-Content-Digest") {
                response.headers[name] = "sha256:\(Hex.encode(SHA256.hash(data: manifest)))"
            }
            return response
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
            let isReading = request.method == .get || request.method == .head
            if given.hasPrefix("Bearer "), let scope = state.tokens[String(given.dropFirst(7))],
                isReading || scope == "repository:\(repository):pull,push"
            {
                return nil
            }
            let realm = "http://\(state.authority)/token"
            let challenge =
                "Bearer realm=\"\(realm)\",service=\"small\",scope=\"repository:\(repository):pull,push\""
            return Response(status: .unauthorized, headers: [.wwwAuthenticate: challenge])
        }
    }

    private func token(_ request: Request) -> Response {
        state.withLock { state in
            guard let user = state.user, request.headers[.authorization] == Self.basic(user),
                request.query["service"] == "small", let scope = request.query["scope"],
                scope.hasSuffix(":pull") || scope.hasSuffix(":pull,push")
            else { return Response(status: .unauthorized) }
            let token = "t\(state.calls.count)"
            state.tokens[token] = scope
            return Response(status: .ok, body: .string("{\"token\":\"\(token)\",\"expires_in\":300}"))
        }
    }

    private static func basic(_ user: (name: String, password: String)) -> String {
        "Basic \(Base64.encode(Array("\(user.name):\(user.password)".utf8)))"
    }
}
