import ClawBase
import ClawCertificates
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// What capacity itself calls: whoever has the enrolment token enrols it, once, and says from then on that it is alive,
/// with a token or with a certificate that the platform has signed.
struct CapacityMemberRoutes: RouteGroup {
    private let services: PlatformServices
    private let capacities: ObjectCache<RemoteCapacity>
    private let beats = CapacityBeats()
    /// How long the token holds that is got for the enrolment token.
    private static let tokenLifetime = Duration.seconds(86_400)

    init(_ services: PlatformServices) {
        self.services = services
        capacities = services.caches.cache(RemoteCapacity.self)
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, "\(CapacityRoutes.one)/enrol",
                "Enrol as this capacity; the answer has the token for heartbeats, or a certificate", tag: "capacity",
                access: .anybody, audit: "capacity.enrol", body: "CapacityEnrolment", answer: "EnrolledCapacity", enrol),
            APIRoute(
                .post, "\(CapacityRoutes.one)/heartbeat", "Say that this capacity is alive", tag: "capacity",
                access: .anybody, body: "CapacityHeartbeat", answer: "HeardCapacity", heartbeat),
        ]
    }

    // MARK: enrolment

    private func enrol(_ call: Call) async throws -> Response {
        let fields = try await call.fields(
            ["enrolmentToken", "programToken", "certificateRequest"], limit: 16 << 10)
        let shown = Secret(try fields.string("enrolmentToken"))
        let program = try fields.optionalString("programToken")
        let request = try fields.optionalString("certificateRequest")
        // It goes into a header.
        let bytes = program?.utf8.map(\.self) ?? [0x2D]
        guard (1...1024).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Finding(.badRequest, "'programToken' is 1 to 1024 visible characters.", field: "programToken")
        }
        let name = try call.parameters.label("capacity").description
        let peer = "capacity:\(services.origin(of: call.request))"
        try services.throttle.admit(peer)
        guard let capacity = try await services.api.find(RemoteCapacity.self, name),
            let enrolment = capacity.status.enrolment,
            ConstantTime.equal(enrolment.tokenHash, Token.hash(shown.reveal())),
            let end = Timestamp(rfc3339: enrolment.expiresAt), services.time.now < end
        else {
            services.throttle.noteFailure(peer)
            throw CapacityToken.unusable
        }
        var enrolled = capacity
        enrolled.status.enrolment = nil
        enrolled.status.epoch += 1
        enrolled.status.leaving = false
        if enrolled.status.phase == .revoked { enrolled.status.phase = .trusted }
        // What is wrong with the request is told before the token is spent.
        let signed = try request.map { request throws(Finding) in try certify(&enrolled, request) }
        if signed == nil {
            guard !capacity.spec.mutualTLS else { throw Finding.needsMutualTLS }
            (enrolled.status.trust, enrolled.status.certificates) = (.token, [])
        }
        do {
            // By its version: of several who show the token at once one gets in.
            enrolled = try await services.api.replaceStatus(enrolled)
        } catch let error as KubernetesError where error.isConflict {
            throw CapacityToken.unusable
        }
        try await keep(program, of: enrolled)
        services.throttle.noteSuccess(peer)
        let trust = (enrolled.status.trust ?? .token).rawValue
        await services.audit(call, "capacity.enrol", "capacity/\(name)", details: ["trust": trust])
        var answer = signed ?? token(for: enrolled)
        answer["heartbeatSeconds"] = .integer(Int64(enrolled.spec.heartbeatSeconds))
        return .json(.object(answer), headers: [.cacheControl: "no-store"])
    }

    /// Has it trusted by the certificate of this request, and by no other.
    private func certify(_ capacity: inout RemoteCapacity, _ request: String) throws(Finding) -> JSONObject {
        guard let door = services.configuration.capacityDoor else {
            throw Finding(
                .unsupported,
                "This control plane does not listen for mutual TLS; start it with --capacity-listen, or enrol by token.",
                field: "certificateRequest")
        }
        guard try CapacityAddress(capacity.spec.endpoint).scheme == "https" else { throw Finding.needsMutualTLS }
        let signed = try door.authority.sign(request, for: capacity)
        (capacity.status.trust, capacity.status.certificates) = (.mutualTLS, [CapacityCertificate(signed)])
        return [
            "certificate": .string(signed.certificatePEM), "authority": .string(door.authority.platformPEM),
            "url": .string(door.url), "expiresAt": .string(signed.notAfter.rfc3339()),
        ]
    }

    /// By which its program knows the platform.
    private func keep(_ program: String?, of capacity: RemoteCapacity) async throws {
        let name = RemoteCapacity.secretPrefix + capacity.name
        guard let program else {
            try await services.api.deleteIfPresent(KubernetesSecret.self, name, in: PlatformSettings.namespace)
            return
        }
        try await PlatformSettings.makeNamespace(in: services.api)
        var secret = KubernetesSecret(
            metadata: ObjectMeta(
                name: name, namespace: PlatformSettings.namespace,
                ownerReferences: [OwnerReference(controlling: capacity)]),
            data: ["token": Base64.encode(Array(program.utf8))], type: "Opaque")
        secret.metadata.labels = ["app.kubernetes.io/managed-by": "clawkit"]
        _ = try await services.api.apply(secret, manager: "clawkit-control-plane", force: true)
    }

    private func token(for capacity: RemoteCapacity) -> JSONObject {
        let now = services.time.now
        let token = services.signer.sign(
            Session(
                id: capacity.uid ?? "", user: CapacityToken.user(capacity.name), issuedAt: now,
                expiresAt: now + Self.tokenLifetime, epoch: capacity.status.epoch))
        return [
            "token": .string(token.reveal()), "expiresAt": .string((now + Self.tokenLifetime).rfc3339()),
        ]
    }

    // MARK: heartbeats

    private func heartbeat(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["token", "ready", "leaving", "certificateRequest"], limit: 16 << 10)
        let name = try call.parameters.label("capacity").description
        let ready = try fields.optionalBool("ready") ?? true
        let leaving = try fields.optionalBool("leaving") ?? false
        let (shown, request) = (try fields.optionalString("token"), try fields.optionalString("certificateRequest"))
        let now = services.time.now
        let proof = try await proof(of: name, shown.map { Secret($0) }, call, now)
        let capacity = try await find(name, by: proof, call, now)
        if try beats.hear(capacity, ready: ready, leaving: leaving, at: now) {
            try await services.api.mergePatch(
                RemoteCapacity.self, name, subresource: "status",
                [
                    "metadata": ["uid": .string(capacity.uid ?? "")],
                    "status": [
                        "lastHeartbeat": .string(now.rfc3339(fractionDigits: 3)), "ready": .bool(ready),
                        "leaving": leaving ? true : .null,
                    ],
                ])
        }
        var answer: JSONObject = [
            "phase": .string((capacity.status.phase ?? .trusted).rawValue), "drain": .bool(capacity.spec.drain),
            "heartbeatSeconds": .integer(Int64(capacity.spec.heartbeatSeconds)),
        ]
        switch proof {
        case .token(let session) where session.expiresAt - now < Self.tokenLifetime / 2:
            for (name, value) in token(for: capacity) { answer[name] = value }
        case .token: break
        case .certificate(let fingerprint):
            try await settle(fingerprint, capacity)
            if let request {
                for (name, value) in try await renew(request, proof, name, now) { answer[name] = value }
            }
        }
        return .json(.object(answer), headers: [.cacheControl: "no-store"])
    }

    private func proof(
        of name: String, _ token: Secret<String>?, _ call: Call, _ now: Timestamp
    ) async throws -> CapacityProof {
        guard let token else {
            guard let certificate = call.request.peerCertificate else {
                throw Finding(
                    .badRequest, "'token' is missing, and no certificate was shown; send one of them.", field: "token")
            }
            return .certificate(SignedCertificate.fingerprint(ofDER: certificate))
        }
        try await services.signer.learnKey(of: token)
        let session = try services.signer.verify(token, now: now)
        guard session.user == CapacityToken.user(name) else { throw CapacityToken.unusable }
        return .token(session)
    }

    /// By the cache: a heartbeat reads nothing from the cluster.
    private func find(
        _ name: String, by proof: CapacityProof, _ call: Call, _ now: Timestamp
    ) async throws -> RemoteCapacity {
        if let known = capacities.get(name), proof.holds(for: known, now) { return known }
        // It may have been enrolled a moment ago; what is void asks the cluster no more than a few times.
        let peer = "capacity:\(services.origin(of: call.request))"
        try services.throttle.admit(peer)
        services.throttle.noteFailure(peer)
        guard let found = try await services.api.find(RemoteCapacity.self, name), proof.holds(for: found, now) else {
            throw CapacityToken.unusable
        }
        return found
    }

    // MARK: certificates

    /// Whoever uses the newer certificate has it, and needs the older one no more.
    private func settle(_ fingerprint: String, _ capacity: RemoteCapacity) async throws {
        guard capacity.status.certificates.count > 1, capacity.status.certificates.last?.fingerprint == fingerprint
        else { return }
        _ = try await services.api.edit(
            RemoteCapacity.self, capacity.name, subresource: "status", time: services.time
        ) { found in
            guard let last = found.status.certificates.last, last.fingerprint == fingerprint else { return }
            found.status.certificates = [last]
        }
    }

    /// The one that is shown holds until the new one is used: an answer may be lost.
    private func renew(
        _ request: String, _ proof: CapacityProof, _ name: String, _ now: Timestamp
    ) async throws -> JSONObject {
        guard let door = services.configuration.capacityDoor, case .certificate(let fingerprint) = proof else {
            throw CapacityToken.unusable
        }
        var answer: JSONObject = [:]
        _ = try await services.api.edit(RemoteCapacity.self, name, subresource: "status", time: services.time) { found in
            guard proof.holds(for: found, now),
                let shown = found.status.certificates.first(where: { $0.fingerprint == fingerprint }),
                let end = Timestamp(rfc3339: shown.expiresAt)
            else { throw CapacityToken.unusable }
            guard end - now < CapacityAuthority.lifetime * 2 / 3 else {
                throw Finding(
                    .throttled, "The certificate holds until \(shown.expiresAt); renew it when half of its time is over.",
                    field: "certificateRequest")
            }
            let signed = try door.authority.sign(request, for: found)
            found.status.certificates = [shown, CapacityCertificate(signed)]
            answer["certificate"] = .string(signed.certificatePEM)
            answer["authority"] = .string(door.authority.platformPEM)
            answer["expiresAt"] = .string(signed.notAfter.rfc3339())
        }
        return answer
    }
}

/// By what a heartbeat shows whose it is; verified, but perhaps not of today.
enum CapacityProof: Sendable {
    case token(Session)
    /// The SHA-256 of the certificate that the TLS server has verified.
    case certificate(String)

    func holds(for capacity: RemoteCapacity, _ now: Timestamp) -> Bool {
        let status = capacity.status
        switch self {
        case .token(let session):
            return capacity.uid == session.id && status.epoch == session.epoch && !capacity.spec.mutualTLS
                && [nil, .token].contains(status.trust)
        case .certificate(let fingerprint):
            // A connection outlives the certificate that it was opened with.
            return status.trust == .mutualTLS
                && status.certificates.contains { certificate in
                    certificate.fingerprint == fingerprint
                        && Timestamp(rfc3339: certificate.expiresAt).map { now < $0 } ?? false
                }
        }
    }
}

enum CapacityToken {
    static let enrolmentPrefix = "claw-enrol"
    static let unusable = Finding(
        .session,
        "The token or certificate is not known, was replaced or taken back, or has expired; ask an administrator for an "
            + "enrolment token.")
    /// No user can be called so: a token of capacity opens nothing else.
    static func user(_ capacity: String) -> String { "capacity/\(capacity)" }
}

extension CapacityCertificate {
    fileprivate init(_ signed: SignedCertificate) {
        self.init(fingerprint: signed.fingerprint, expiresAt: signed.notAfter.rfc3339())
    }
}
