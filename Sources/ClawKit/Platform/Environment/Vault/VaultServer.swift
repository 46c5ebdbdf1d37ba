public import ClawBase
import ClawDocuments
import ClawResources
import HTTPTypes

/// The calls to one server.
struct VaultServer: Sendable {
    /// It answered, and it was no.
    struct Refusal: Error {
        var status: HTTPResponse.Status

        func finding(_ place: ValuePlace) -> Finding {
            switch status {
            case .notFound:
                Finding(.secretMissing, "There is nothing at \(place); write it there, or name another path or version.")
            case .forbidden:
                Finding(
                    .environmentSource,
                    "The store does not let the platform read \(place); see the policies of its token or role.")
            default:
                Finding(
                    .secretUnavailable, "The store cannot tell \(place) now (status \(status.code)); it is asked again.")
            }
        }
    }

    struct Login {
        var token: Secret<String>
        var duration: Duration
        var isRenewable: Bool
    }

    private static let limit = 1 << 20

    let name: String
    let connection: VaultConnection
    private let transport: any Transport

    init(_ store: SecretStore, transport: any Transport) {
        (name, connection, self.transport) = (store.name, store.spec.vault, transport)
    }

    // MARK: reading

    func readKeyValue(_ path: String, _ version: Int?, _ token: Secret<String>) async throws -> ValueReading {
        let query = version.map { "?version=\($0)" } ?? ""
        let answer = try await ask(.get, "\(encoded(connection.mount))/data/\(encoded(path))\(query)", token: token)
        guard let data = answer["data"]?["data"]?.object else { throw Refusal(status: .notFound) }
        let number = answer["data"]?["metadata"]?["version"]?.integer
        return ValueReading(Self.values(data), version: number.map(String.init))
    }

    func readDynamic(_ path: String, _ token: Secret<String>) async throws -> ValueReading {
        let answer = try await ask(.get, "\(encoded(connection.mount))/\(encoded(path))", token: token)
        guard let data = answer["data"]?.object else { throw Refusal(status: .notFound) }
        return ValueReading(Self.values(data), lease: Self.lease(answer))
    }

    /// nil where it cannot be prolonged: it is over, or at its longest.
    func renew(_ lease: ValueReading.Lease, _ token: Secret<String>) async throws -> ValueReading.Lease? {
        let body: JSON = [
            "lease_id": .string(lease.id), "increment": .integer(lease.duration.components.seconds),
        ]
        do {
            return Self.lease(try await ask(.post, "sys/leases/renew", body, token: token))
        } catch let refusal as Refusal where refusal.status.code < 500 {
            return nil
        }
    }

    private static func lease(_ answer: JSON) -> ValueReading.Lease? {
        guard let id = answer["lease_id"]?.string, !id.isEmpty, let seconds = answer["lease_duration"]?.integer,
            seconds > 0
        else { return nil }
        return ValueReading.Lease(
            id: id, duration: .seconds(seconds), isRenewable: answer["renewable"]?.bool ?? false)
    }

    /// What is no text is told as JSON, as Vault's own tools do.
    private static func values(_ data: JSONObject) -> [String: Secret<String>] {
        var values: [String: Secret<String>] = [:]
        for (key, value) in data { values[key.description] = Secret(value.string ?? value.description) }
        return values
    }

    // MARK: health

    /// In a finding's details, under `cause`.
    static let untrusted = "untrusted"

    /// - Throws: ``Finding`` where it is not there, or cannot answer questions for secrets now.
    ///   <https://developer.hashicorp.com/vault/api-docs/system/health>
    func checkHealth() async throws {
        do {
            _ = try await ask(.get, "sys/health?standbyok=true&perfstandbyok=true", token: nil)
        } catch let refusal as Refusal {
            let why =
                switch refusal.status.code {
                // A secondary that answers all the same.
                case 472, 473: nil as String?
                case 501: "is not initialised"
                case 503: "is sealed"
                default: "answers its health check with status \(refusal.status.code)"
                }
            if let why { throw Finding(.secretUnavailable, "The SecretStore '\(name)' \(why); it is asked again.") }
        }
    }

    // MARK: tokens

    func logIn(_ login: VaultKubernetesLogin, with proof: Secret<String>) async throws -> Login {
        let body: JSON = ["role": .string(login.role), "jwt": .string(proof.reveal())]
        let answer: JSON
        do {
            answer = try await ask(.post, "auth/\(encoded(login.mount))/login", body, token: nil)
        } catch let refusal as Refusal where refusal.status.code < 500 {
            throw Finding(
                .environmentSource,
                "The SecretStore '\(name)' refuses the service account's token for its role '\(login.role)'; see that "
                    + "role at the server.")
        }
        guard let token = answer["auth"]?["client_token"]?.string, !token.isEmpty else {
            throw Finding(.secretUnavailable, "The SecretStore '\(name)' answers a sign-in without a token.")
        }
        return Self.login(Secret(token), answer["auth"])
    }

    /// nil where the token cannot be prolonged.
    func renew(_ token: Secret<String>) async throws -> Login? {
        do {
            return Self.login(token, try await ask(.post, "auth/token/renew-self", .object([:]), token: token)["auth"])
        } catch let refusal as Refusal where refusal.status.code < 500 {
            return nil
        }
    }

    /// How long a token lasts that somebody gave; nil for one that has no end, or may not look at itself.
    func describe(_ token: Secret<String>) async throws -> Login? {
        do {
            let answer = try await ask(.get, "auth/token/lookup-self", token: token)["data"]
            guard let seconds = answer?["ttl"]?.integer, seconds > 0 else { return nil }
            return Login(
                token: token, duration: .seconds(seconds), isRenewable: answer?["renewable"]?.bool ?? false)
        } catch let refusal as Refusal where refusal.status.code < 500 {
            return nil
        }
    }

    private static func login(_ token: Secret<String>, _ answer: JSON?) -> Login {
        Login(
            token: token, duration: .seconds(answer?["lease_duration"]?.integer ?? 0),
            isRenewable: answer?["renewable"]?.bool ?? false)
    }

    // MARK: asking

    private func encoded(_ path: String) -> String { Percent.encode(path, allowing: "/") }

    /// What is answered is not repeated in errors: it may be a secret.
    private func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, token: Secret<String>?
    ) async throws -> JSON {
        let base = connection.address.hasSuffix("/") ? String(connection.address.dropLast()) : connection.address
        var request = Request(method, "\(base)/v1/\(path)", headTimeout: .seconds(10), idleTimeout: .seconds(10))
        request.headers[.vaultRequest] = "true"
        if let token { request.headers[.vaultToken] = token.reveal() }
        if let namespace = connection.namespace { request.headers[.vaultNamespace] = namespace }
        if let body {
            request.headers[.contentType] = "application/json"
            request.body = .bytes(body.bytes())
        }
        let (status, bytes): (HTTPResponse.Status, [UInt8])
        do {
            let response = try await transport.send(request)
            (status, bytes) = (response.status, try await response.body.collect(limit: Self.limit))
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as TransportError where error.code == .tls {
            throw Finding(
                .secretUnavailable,
                "The SecretStore '\(name)' shows no certificate that is trusted; name its authority as "
                    + "spec.vault.caCertificate.", details: ["cause": Self.untrusted])
        } catch {
            throw Finding(.secretUnavailable, "The SecretStore '\(name)' does not answer; it is asked again.")
        }
        guard status.kind == .successful else { throw Refusal(status: status) }
        if bytes.isEmpty { return .null }
        guard let json = try? JSONParser.parse(bytes), json.object != nil else {
            throw Finding(.secretUnavailable, "The SecretStore '\(name)' does not answer as Vault does.")
        }
        return json
    }
}

extension HTTPField.Name {
    // Valid tokens, so the initialiser cannot fail.
    static let vaultToken = HTTPField.Name("X-Vault-Token")!
    static let vaultNamespace = HTTPField.Name("X-Vault-Namespace")!
    static let vaultRequest = HTTPField.Name("X-Vault-Request")!
}

extension FindingCode {
    /// A source of secrets does not answer now.
    public static let secretUnavailable = FindingCode(rawValue: "E_SECRET_UNAVAILABLE")
}
