import ClawBase
import ClawDocuments
@testable import ClawPlatform
import Crypto
import HTTPTypes
import Synchronization

/// An OpenID Connect provider in this process, which can be told to do wrong.
final class ScriptedProvider: Sendable {
    static let issuer = "https://id.test"

    struct Code {
        let challenge: String
        let redirect: String
        let claims: JSONObject
    }

    struct State {
        var key = P256.Signing.PrivateKey()
        var keyID = "k1"
        var namesKey = true
        /// With what it signs, where that is not what it publishes.
        var otherKey: P256.Signing.PrivateKey?
        var codes: [String: Code] = [:]
        var keyReads = 0
        var header: JSONObject = ["alg": "ES256", "typ": "JWT"]
        /// What the next token says in place of the truth; null takes a claim away.
        var lies: JSONObject = [:]
        var discovery: JSONObject = [:]
        var isAway = false
    }

    let state = Mutex(State())
    private let time: any TimeSource

    init(time: any TimeSource = SystemTime()) { self.time = time }

    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    var keyReads: Int { state.withLock { $0.keyReads } }

    /// What a browser comes back with when a person has agreed.
    /// - Parameter location: where the control plane sent the browser.
    func agree(_ location: String, as subject: String, _ more: JSONObject = [:]) throws -> (code: String, state: String)
    {
        let query = QueryParameters(parsing: location)
        guard location.hasPrefix("\(Self.issuer)/authorize?"), query["response_type"] == "code",
            query["code_challenge_method"] == "S256", let challenge = query["code_challenge"],
            let redirect = query["redirect_uri"], let nonce = query["nonce"], let handed = query["state"],
            let client = query["client_id"], query["scope"]?.split(separator: " ").contains("openid") == true
        else { throw Finding(.badRequest, "That is no authorization request: \(location)") }
        let now = time.now.seconds
        var claims: JSONObject = [
            "iss": .string(Self.issuer), "sub": .string(subject), "aud": .string(client), "nonce": .string(nonce),
            "iat": .integer(now), "exp": .integer(now + 300),
        ]
        for (name, value) in more { claims[name] = value }
        let code = RequestID.make()
        state.withLock { $0.codes[code] = Code(challenge: challenge, redirect: redirect, claims: claims) }
        return (code, handed)
    }

    func respond(to request: Request) async throws -> Response {
        if state.withLock({ $0.isAway }) { throw Finding(.unreachable, "It is away.") }
        switch (request.method, String(request.path)) {
        case (.get, "/.well-known/openid-configuration"):
            var document: JSONObject = [
                "issuer": .string(Self.issuer), "authorization_endpoint": .string("\(Self.issuer)/authorize"),
                "token_endpoint": .string("\(Self.issuer)/token"), "jwks_uri": .string("\(Self.issuer)/keys"),
            ]
            for (name, value) in state.withLock({ $0.discovery }) { document[name] = value }
            return .json(.object(document))
        case (.get, "/keys"):
            let (key, id) = state.withLock { state in
                state.keyReads += 1
                return (state.key.publicKey.rawRepresentation, state.keyID)
            }
            return .json([
                "keys": [
                    ["kty": "unheard-of", "kid": "x"],
                    [
                        "kty": "EC", "crv": "P-256", "kid": .string(id), "use": "sig",
                        "x": .string(Base64URL.encode(key.prefix(32))), "y": .string(Base64URL.encode(key.suffix(32))),
                    ],
                ]
            ])
        case (.post, "/token"): return try await token(request)
        default: return Response(status: .notFound)
        }
    }

    private func token(_ request: Request) async throws -> Response {
        let body = String(decoding: try await request.body.collect(limit: 1 << 16), as: UTF8.self)
        let form = QueryParameters(parsing: "?" + body)
        let credentials = "Basic \(Base64.encode(Array("claw:hush".utf8)))"
        // A code is good once, for who has the verifier.
        guard let code = state.withLock({ $0.codes.removeValue(forKey: form["code"] ?? "") }),
            request.headers[.authorization] == credentials, form["grant_type"] == "authorization_code",
            form["redirect_uri"] == code.redirect,
            Base64URL.encode(SHA256.hash(data: Array((form["code_verifier"] ?? "").utf8))) == code.challenge
        else { return .json(["error": "invalid_grant"], status: .badRequest) }
        return .json(["id_token": .string(try sign(code.claims)), "token_type": "Bearer", "access_token": "a"])
    }

    private func sign(_ truth: JSONObject) throws -> String {
        try state.withLock { state in
            var (claims, header) = (truth, state.header)
            for (name, value) in state.lies { claims[name] = value.isNull ? .none : .some(value) }
            if header["kid"] == nil, state.namesKey { header["kid"] = .string(state.keyID) }
            let text = [header, claims].map { Base64URL.encode(JSON.object($0).bytes()) }.joined(separator: ".")
            switch header["alg"]?.string {
            case "none": return text + "."
            case "HS256":
                // The known trick: the public key as shared secret.
                let secret = SymmetricKey(data: Array(state.key.publicKey.pemRepresentation.utf8))
                return text + "."
                    + Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: secret))
            default:
                let signature = try (state.otherKey ?? state.key).signature(for: Array(text.utf8))
                return text + "." + Base64URL.encode(signature.rawRepresentation)
            }
        }
    }
}
