import ClawBase
import ClawDocuments
import Crypto
import FoundationEssentials
import Synchronization

/// Issues and checks the tokens of service accounts: JSON Web Tokens signed with ES256 (RFC 7515, RFC 7518), bound to
/// the account, and to a pod, secret or node where asked.
/// <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens>
final class ServiceAccountTokens: Sendable {
    /// Who issues them, and whom they are for where nobody says otherwise.
    let issuer = "https://kubernetes.default.svc.cluster.local"
    private let key: P256.Signing.PrivateKey
    private let keyID: String
    private let store: ObjectStore
    private let time: any TimeSource
    /// Claims whose signature has been checked, by the token's hash.
    private let checked = Mutex<[String: JSON]>([:])

    init(key: P256.Signing.PrivateKey, store: ObjectStore, time: some TimeSource) {
        self.key = key
        self.store = store
        self.time = time
        keyID = Base64URL.encode(SHA256.hash(data: key.publicKey.derRepresentation))
    }

    /// What a token is bound to besides its account.
    struct BoundObject: Sendable, Hashable {
        /// `pod`, `secret`, `node`.
        let kind: String
        let name: String
        let uid: String

        var collection: ObjectStore.Collection { .init(group: "", plural: "\(kind)s") }
    }

    // MARK: issuing

    func issue(
        to account: ServiceAccountName, uid: String, audiences: [String], lifetime: Duration,
        boundTo objects: [BoundObject]
    ) throws -> (token: String, expires: Timestamp) {
        let now = time.now
        let expires = now + lifetime
        var kubernetes: JSONObject = [
            "namespace": .string(account.namespace),
            "serviceaccount": ["name": .string(account.name), "uid": .string(uid)],
        ]
        for object in objects { kubernetes[object.kind] = ["name": .string(object.name), "uid": .string(object.uid)] }
        let claims: JSON = [
            "aud": .array(audiences.map(JSON.string)), "exp": .integer(expires.seconds), "iat": .integer(now.seconds),
            "iss": .string(issuer), "jti": .string(Chance.uuid()),
            "kubernetes.io": .object(kubernetes),
            "nbf": .integer(now.seconds), "sub": .string(account.userName),
        ]
        let header: JSON = ["alg": "ES256", "kid": .string(keyID), "typ": "JWT"]
        let signed = "\(Base64URL.encode(header.bytes())).\(Base64URL.encode(claims.bytes()))"
        let signature = try key.signature(for: Array(signed.utf8)).rawRepresentation
        return ("\(signed).\(Base64URL.encode(signature))", Timestamp(seconds: expires.seconds))
    }

    // MARK: checking

    /// Why a token is not good, in kube-apiserver's words.
    struct Refusal: Error, Hashable {
        let reason: String

        /// Not one of this issuer's; another authenticator may know it.
        static let foreign = Refusal(reason: "")
        static let invalidated = Refusal(reason: "service account token has been invalidated")
    }

    /// How far clocks may differ, and how long what is being deleted still counts: go-jose's leeway.
    private static let leeway = Duration.seconds(60)

    /// Whose token it is.
    func review(_ token: String, audiences wanted: [String]) throws(Refusal) -> (user: UserInfo, audiences: [String]) {
        let claims = try checkedClaims(token)
        let audiences = (claims["aud"]?.array ?? []).compactMap(\.string)
        let common = audiences.filter(wanted.contains)
        guard !common.isEmpty else {
            throw Refusal(
                reason: "token audiences \(Self.quoted(audiences)) is invalid for the target audiences \(Self.quoted(wanted))")
        }
        let now = time.now
        guard let end = claims["exp"]?.integer, now - Self.leeway <= Timestamp(seconds: end) else {
            throw Refusal(reason: "service account token has expired")
        }
        guard now + Self.leeway >= Timestamp(seconds: claims["nbf"]?.integer ?? 0) else {
            throw Refusal(reason: "service account token is not valid yet")
        }
        return (try user(of: claims, now: now), common)
    }

    private func checkedClaims(_ token: String) throws(Refusal) -> JSON {
        let hash = Token.hash(token)
        if let known = checked.withLock({ $0[hash] }) { return known }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, token.utf8.count < 16384, let header = Self.json(parts[0]),
            let claims = Self.json(parts[1]), claims["iss"]?.string == issuer
        else { throw Refusal.foreign }
        guard header["alg"]?.string == "ES256", header["kid"]?.string == keyID else {
            throw Refusal(reason: "invalid signature, no keys found")
        }
        guard let bytes = Base64URL.decode(parts[2]),
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: bytes),
            key.publicKey.isValidSignature(signature, for: Array("\(parts[0]).\(parts[1])".utf8))
        else { throw Refusal(reason: "go-jose/go-jose: error in cryptographic primitive") }
        checked.withLock { known in
            if known.count >= 1024 { known.removeAll() }
            known[hash] = claims
        }
        return claims
    }

    /// As Go prints a slice of strings.
    private static func quoted(_ texts: [String]) -> String {
        "[\(texts.map { JSON.string($0).description }.joined(separator: " "))]"
    }

    private static func json(_ part: Substring) -> JSON? {
        Base64URL.decode(part).flatMap { try? JSONParser.parse($0) }
    }

    /// The account's user, if the account and all the token is bound to are still the same objects.
    private func user(of claims: JSON, now: Timestamp) throws(Refusal) -> UserInfo {
        guard let kubernetes = claims["kubernetes.io"], let namespace = kubernetes["namespace"]?.string,
            let account = BoundObject("serviceaccount", in: kubernetes)
        else { throw Refusal(reason: "service account token claims could not be validated due to unexpected private claim") }
        try check(account, in: namespace, now: now)
        let name = ServiceAccountName(namespace: namespace, name: account.name)
        var user = UserInfo(
            name: name.userName, uid: account.uid, groups: name.groups + [UserInfo.authenticated])
        if let id = claims["jti"]?.string { user.extra["authentication.kubernetes.io/credential-id"] = ["JTI=\(id)"] }
        for kind in ["pod", "secret", "node"] {
            guard let object = BoundObject(kind, in: kubernetes) else { continue }
            // Of a pod's node only the name is told: the pod itself is what the token ends with.
            if kind != "node" || kubernetes["pod"] == nil {
                try check(object, in: kind == "node" ? "" : namespace, now: now)
            }
            guard kind != "secret" else { continue }
            user.extra["authentication.kubernetes.io/\(kind)-name"] = [object.name]
            user.extra["authentication.kubernetes.io/\(kind)-uid"] = [object.uid]
        }
        return user
    }

    /// Whether the object is there, is the same one, and is not long being deleted.
    private func check(_ object: BoundObject, in namespace: String, now: Timestamp) throws(Refusal) {
        let isAccount = object.kind == "serviceaccount"
        guard let found = store.get(object.collection, .init(namespace: namespace, name: object.name))?.object else {
            throw isAccount ? Refusal(reason: "serviceaccounts \"\(object.name)\" not found") : .invalidated
        }
        if let deleted = found.metadataString(.deletionTimestamp).flatMap({ Timestamp(rfc3339: $0) }),
            deleted < now - Self.leeway
        {
            throw isAccount
                ? Refusal(reason: "service account \(namespace)/\(object.name) has been deleted") : .invalidated
        }
        let uid = found.metadataString(.uid) ?? ""
        guard uid == object.uid else {
            let (kind, claim): (String, String) =
                switch object.kind {
                case "serviceaccount": ("service account", "claim")
                case "pod": ("pod", "service account pod ref claim")
                case "secret": ("secret", "service account secret ref claim")
                default: (object.kind, "service account \(object.kind) ref claim")
                }
            throw Refusal(reason: "\(kind) UID (\(uid)) does not match \(claim) (\(object.uid))")
        }
    }

    // MARK: discovery

    /// The public key as a JSON Web Key Set (RFC 7517).
    var keySet: JSONObject {
        let point = key.publicKey.rawRepresentation
        return [
            "keys": [
                [
                    "use": "sig", "kty": "EC", "kid": .string(keyID), "crv": "P-256", "alg": "ES256",
                    "x": .string(Base64URL.encode(point.prefix(32))), "y": .string(Base64URL.encode(point.suffix(32))),
                ]
            ]
        ]
    }

    /// <https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery>
    var discoveryDocument: JSONObject {
        [
            "issuer": .string(issuer), "jwks_uri": .string("\(issuer)/openid/v1/jwks"),
            "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        ]
    }
}

extension ServiceAccountTokens.BoundObject {
    fileprivate init?(_ kind: String, in claims: JSON) {
        guard let name = claims[kind]?["name"]?.string, let uid = claims[kind]?["uid"]?.string else { return nil }
        self.init(kind: kind, name: name, uid: uid)
    }
}
