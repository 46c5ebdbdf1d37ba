import ClawBase
import ClawDocuments
import ClawLedger
import ClawPlatform
import HTTPTypes

/// What is told of a key, under LiteLLM's names.
extension KeyService {
    func shown(_ record: ModelKey, _ key: Secret<String>) async throws -> JSON {
        var object = try await describe(record)
        object["key"] = .string(key.reveal())
        return .object(object)
    }

    func information(_ record: ModelKey, shown: String) async throws -> JSON {
        ["key": .string(shown), "info": .object(try await describe(record))]
    }

    func describe(_ key: ModelKey) async throws -> JSONObject {
        let limits = try await store.limits(of: .key(key.id)).map(\.record)
        func limit(_ name: String) -> UsageLimit? { limits.first { $0.id.name == name } }
        let budget = limit(KeyFields.budget)
        let period = try budget?.window.period(at: time.now)
        let spent = try await store.total(UsageQuery(UsageSubject(key: key.id), from: period?.start)).cost
        func text(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }
        func count(_ value: Int64?) -> JSON { value.map(JSON.integer) ?? .null }
        return [
            "token": .string(key.hash), "token_id": .string(key.hash), "key_name": .string("\(key.prefix)..."),
            "key_alias": key.label.isEmpty ? .null : .string(key.label),
            "models": .array(key.models.map(JSON.string)), "metadata": .object(key.metadata),
            "user_id": text(key.subject.user), "team_id": text(key.subject.project),
            "organization_id": text(key.subject.tenant), "spend": Self.dollars(spent),
            "max_budget": budget?.limits[.cost].map { Self.dollars(NanoDollars(nanos: $0)) } ?? .null,
            "soft_budget": budget.flatMap(Self.soft) ?? .null,
            "budget_duration": text(budget.flatMap { KeyFields.duration(of: $0.window) }),
            "budget_reset_at": text(period?.end?.rfc3339()), "rpm_limit": count(limit(KeyFields.rpm)?.limits[.requests]),
            "tpm_limit": count(limit(KeyFields.tpm)?.limits[.tokens]),
            "max_parallel_requests": count(limit(KeyFields.parallel)?.limits[.inFlight]), "blocked": false,
            "expires": text(key.expiresAt?.rfc3339()), "created_at": .string(key.createdAt.rfc3339()),
            "created_by": .string(key.createdBy),
        ]
    }

    private static func dollars(_ amount: NanoDollars) -> JSON { .double(Double(amount.nanos) / 1e9) }

    private static func soft(_ budget: UsageLimit) -> JSON? {
        guard let percent = budget.softPercent, let cost = budget.limits[.cost] else { return nil }
        return .double(Double(cost) / 1e9 * Double(percent) / 100)
    }
}

/// Why a key is not made, changed or shown; in the form LiteLLM's clients read.
struct KeyRefusal: Error {
    let status: HTTPResponse.Status
    let message: String

    init(_ status: HTTPResponse.Status, _ message: String) { (self.status, self.message) = (status, message) }

    init(_ finding: Finding) {
        switch finding.code {
        case .notFound: self.init(.notFound, finding.message)
        case .storage, .unreachable: self.init(.serviceUnavailable, finding.message)
        case .bodyTooLarge: self.init(.contentTooLarge, finding.message)
        default: self.init(.badRequest, finding.message)
        }
    }

    static let unknown = KeyRefusal(.notFound, "There is no such key.")

    var response: Response {
        let type = status == .unauthorized ? "auth_error" : status.kind == .serverError ? "internal_server_error" : "bad_request_error"
        let error: JSON = [
            "message": .string(message), "type": .string(type), "param": .null, "code": .string(String(status.code)),
        ]
        var headers: HTTPFields = [.contentType: "application/json"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        let body: JSON = ["error": error]
        return Response(status: status, headers: headers, body: .bytes(body.bytes()))
    }
}
