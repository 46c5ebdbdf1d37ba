import ClawBase
import ClawDocuments
import HTTPTypes
import JWTKit
import Synchronization

/// What one provider publishes about itself, read when it is needed and kept for a while.
final class OpenIDConnection: Sendable {
    /// Of discovery and keys; a key that is taken away is good no longer than this.
    private static let lifetime = Duration.seconds(3600)
    /// A key that is not known makes the keys be read anew, but not more often than this: everybody may send tokens.
    static let readInterval = Duration.seconds(10)
    private static let limit = 1 << 20
    private static let deadline = Duration.seconds(10)

    /// <https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata>
    struct Metadata: Sendable {
        let authorization: String
        let token: String
        let keys: String
        /// Whether the client's secret goes into the body, for providers that take it nowhere else.
        let takesSecretInBody: Bool
    }

    private struct State {
        var metadata: (value: Metadata, until: Timestamp)?
        var keys: (all: [JWK], read: Timestamp)?
    }

    let provider: OpenIDProvider
    private let transport: any Transport
    private let time: any TimeSource
    private let state = Mutex(State())

    init(_ provider: OpenIDProvider, transport: any Transport, time: any TimeSource) {
        (self.provider, self.transport, self.time) = (provider, transport, time)
    }

    // MARK: discovery

    func metadata() async throws -> Metadata {
        let now = time.now
        if let known = state.withLock({ $0.metadata }), now < known.until { return known.value }
        let issuer = provider.issuer
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let document = try await fetch(Request(.get, "\(base)/.well-known/openid-configuration"), "describes itself")
        // Otherwise one provider could speak for another.
        guard document["issuer"]?.string == issuer else { throw wrong("says that it is another issuer") }
        func address(_ name: String) throws -> String {
            guard let url = document.object?[FieldKey(name)]?.string, OpenIDAddress.isSafe(url) else {
                throw wrong("gives no safe \(name)")
            }
            return url
        }
        let methods = document["token_endpoint_auth_methods_supported"]?.array?.compactMap(\.string) ?? []
        let metadata = Metadata(
            authorization: try address("authorization_endpoint"), token: try address("token_endpoint"),
            keys: try address("jwks_uri"),
            takesSecretInBody: !methods.isEmpty && !methods.contains("client_secret_basic"))
        state.withLock { $0.metadata = (metadata, now + Self.lifetime) }
        return metadata
    }

    // MARK: keys

    /// The keys that may have signed a token: the one of this name, or all where a token names none. A name that is not
    /// known is looked for once more.
    /// - Parameter isRefreshing: those that are known have not signed it.
    func keys(named id: String?, isRefreshing: Bool = false) async throws -> [JWK] {
        let now = time.now
        func chosen(_ keys: [JWK]) -> [JWK] { keys.filter { id == nil || $0.keyIdentifier?.string == id } }
        if let known = state.withLock({ $0.keys }) {
            let (age, found) = (now - known.read, chosen(known.all))
            if age < Self.lifetime, !found.isEmpty, !isRefreshing { return found }
            if age < Self.readInterval { return found }
        }
        let document = try await fetch(Request(.get, try await metadata().keys), "publishes its keys")
        // What this library cannot use is passed over: providers publish keys of many kinds.
        let read = (document["keys"]?.array ?? []).prefix(100).compactMap { element -> JWK? in
            element["use"]?.string ?? "sig" == "sig" ? try? JWK(json: element.description) : nil
        }
        state.withLock { $0.keys = (read, now) }
        return chosen(read)
    }

    // MARK: asking

    /// Exchanges an authorization code for the tokens' answer (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
    func exchange(code: String, verifier: String, redirect: String) async throws -> JSON {
        let metadata = try await metadata()
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ]
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "application/json"]
        if let secret = provider.clientSecret, !metadata.takesSecretInBody {
            // RFC 6749, section 2.3.1: both are form-encoded first.
            let pair = "\(Percent.encode(provider.clientID)):\(Percent.encode(secret.reveal()))"
            headers[.authorization] = "Basic \(Base64.encode(Array(pair.utf8)))"
        } else {
            form.append(("client_id", provider.clientID))
            if let secret = provider.clientSecret { form.append(("client_secret", secret.reveal())) }
        }
        let body = form.map { "\($0.0)=\(Percent.encode($0.1))" }.joined(separator: "&")
        return try await fetch(
            Request(.post, metadata.token, headers: headers, body: .string(body)), "exchanges the code")
    }

    private func fetch(_ request: Request, _ what: String) async throws -> JSON {
        let (transport, limit) = (transport, Self.limit)
        let (status, bytes): (HTTPResponse.Status, [UInt8])
        do {
            (status, bytes) = try await time.withDeadline(Self.deadline, "asking \(provider.name)") {
                let response = try await transport.send(request)
                return (response.status, try await response.body.collect(limit: limit))
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw Finding(.unreachable, "The sign-in provider '\(provider.name)' does not answer; try again later.")
        }
        let parsed = try? JSONParser.parse(bytes)
        if parsed?["error"]?.string == "invalid_grant" {
            throw Finding(.session, "The provider takes this sign-in for over; sign in again.")
        }
        guard status == .ok, let json = parsed, json.object != nil else {
            // Its answer may hold codes.
            throw wrong("does not answer as one that \(what) (status \(status.code))")
        }
        return json
    }

    private func wrong(_ what: String) -> Finding {
        Finding(.unreachable, "The sign-in provider '\(provider.name)' \(what); ask its administrator.")
    }
}
