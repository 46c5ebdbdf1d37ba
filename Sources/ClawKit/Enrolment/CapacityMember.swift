public import ClawBase
import ClawCertificates
public import ClawDocuments
import FoundationEssentials
import HTTPTypes
import Synchronization

/// A program that is brought as capacity, as it speaks to the platform.
///
///     let member = CapacityMember(.init(name: "edge", tokenFile: "edge-token"), controlPlane: curl)
///     try await member.run { .ready }                       // until cancelled
///     try await member.leave(within: .seconds(30))          // before it ends
///
/// The token file holds the enrolment token first. By token trust it is replaced by what is got for it; by mutual TLS
/// the certificate goes into a directory, and the file goes away.
public final class CapacityMember: Sendable {
    public struct Configuration: Sendable {
        public var name: String
        public var tokenFile: String
        /// The directory for its certificate; nil: it is trusted by token.
        public var identityDirectory: String?
        /// By which its program knows the platform, where it asks for that.
        public var programToken: Secret<String>?

        public init(
            name: String, tokenFile: String, identityDirectory: String? = nil, programToken: Secret<String>? = nil
        ) {
            (self.name, self.tokenFile) = (name, tokenFile)
            (self.identityDirectory, self.programToken) = (identityDirectory, programToken)
        }
    }

    /// What the program says of itself.
    public enum Condition: Sendable {
        case ready, notReady
        /// Nothing is said: after a while it counts as lost.
        case silent(Finding)
    }

    /// What the platform answered.
    public struct Heard: Sendable {
        public var phase: String
        public var heartbeat: Duration
        /// All of it but secrets.
        public var answer: JSON
    }

    public let configuration: Configuration
    private let controlPlane: any Transport
    private let files: any SecretSource
    private let time: any TimeSource
    private let connect: @Sendable (CurlTransport.Configuration) -> any Transport
    private let current = Mutex<(identity: MemberIdentity, transport: any Transport)?>(nil)
    private static let answerLimit = 1 << 20

    /// - Parameters:
    ///   - controlPlane: reaches the control plane by paths.
    ///   - files: where its token file is read.
    ///   - connect: makes the way to the control plane by mutual TLS.
    public init(
        _ configuration: Configuration, controlPlane: any Transport, files: any SecretSource = FileSecrets(),
        time: any TimeSource = SystemTime(),
        connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport = { CurlTransport($0) }
    ) {
        (self.configuration, self.controlPlane, self.files, self.time) = (configuration, controlPlane, files, time)
        self.connect = connect
    }

    /// What it shows and whom it believes, since it is enrolled by mutual TLS.
    public var identity: MemberIdentity? { current.withLock { $0?.identity } }

    // MARK: enrolment

    /// Enrols it where that has not been done, by the enrolment token in its file.
    /// - Throws: ``Finding``: `E_SESSION` for a token that is not known, used or too old; `E_UNREACHABLE`; `E_STORAGE`.
    public func enrol() async throws { _ = try await credential() }

    private enum Credential {
        case token(Secret<String>)
        case identity
    }

    private func credential() async throws -> Credential {
        let kept = try? await files.secret(.file(configuration.tokenFile))
        let isNew = kept?.reveal().hasPrefix("claw-enrol") == true
        guard let directory = configuration.identityDirectory else {
            guard let kept else { throw missing }
            guard isNew else { return .token(kept) }
            let answer = try await enrol(with: kept, nil)
            guard let token = answer["token"]?.string.map({ Secret($0) }) else { throw Self.strange }
            try PrivateFile.write(Array(token.reveal().utf8), to: configuration.tokenFile)
            return .token(token)
        }
        let place = IdentityDirectory(path: directory, files: files)
        if isNew, let kept {
            let request = try CertificateRequest(commonName: configuration.name)
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let answer: JSONObject
            do { answer = try await enrol(with: kept, request.requestPEM) } catch let finding as Finding
            where finding.code.rawValue == "E_SESSION" {
                // Perhaps it was used, and this process ended before the file went away.
                guard let found = await place.read() else { throw finding }
                take(found)
                try? FileManager.default.removeItem(atPath: configuration.tokenFile)
                return .identity
            }
            guard let certificate = answer["certificate"]?.string, let authority = answer["authority"]?.string,
                let url = answer["url"]?.string
            else { throw Self.strange }
            try keep(
                MemberIdentity(
                    certificate: certificate, key: request.keyPEM, authority: authority, controlPlane: url), in: place)
            // It is spent.
            try? FileManager.default.removeItem(atPath: configuration.tokenFile)
        } else if identity == nil {
            guard let found = await place.read() else { throw missing }
            take(found)
        }
        return .identity
    }

    private var missing: Finding {
        Finding(
            .badConfig,
            "There is neither an enrolment token in \(configuration.tokenFile) nor what was got for one; ask an "
                + "administrator for a token (claw capacity enroll \(configuration.name) --again).",
            field: configuration.tokenFile)
    }

    private var expired: Finding {
        Finding(
            FindingCode(rawValue: "E_SESSION"),
            "Its certificate has expired; ask an administrator for a token (claw capacity enroll \(configuration.name) "
                + "--again).")
    }

    private static let strange = Finding(
        .unreachable, "The control plane does not answer like one; look at its address.")

    private func enrol(with token: Secret<String>, _ request: String?) async throws -> JSONObject {
        var body: JSONObject = ["enrolmentToken": .string(token.reveal())]
        if let program = configuration.programToken { body["programToken"] = .string(program.reveal()) }
        if let request { body["certificateRequest"] = .string(request) }
        return try await ask("enrol", body, by: controlPlane)
    }

    private func keep(_ identity: MemberIdentity, in place: IdentityDirectory) throws {
        try place.write(identity)
        take(identity)
    }

    private func take(_ identity: MemberIdentity) {
        let transport = connect(
            CurlTransport.Configuration(
                baseURL: identity.controlPlane,
                tls: CurlTransport.TLS(
                    certificateAuthorities: identity.authority,
                    identity: .init(certificate: identity.certificate, key: identity.key))))
        current.withLock { $0 = (identity, transport) }
    }

    // MARK: heartbeats

    /// Says once that it is alive; enrols it first where that has not been done, and renews its token or certificate when
    /// half of its time is over.
    /// - Parameter leaving: it is about to end, and takes no more runtimes.
    /// - Throws: ``Finding``: `E_SESSION` where it is trusted no more; `E_THROTTLED`, `E_UNREACHABLE`, `E_STORAGE`.
    public func beat(isReady: Bool = true, leaving: Bool = false) async throws -> Heard {
        var body: JSONObject = ["ready": .bool(isReady)]
        if leaving { body["leaving"] = true }
        var answer: JSONObject
        switch try await credential() {
        case .token(let token):
            body["token"] = .string(token.reveal())
            answer = try await ask("heartbeat", body, by: controlPlane)
            if let renewed = answer["token"]?.string {
                try PrivateFile.write(Array(renewed.utf8), to: configuration.tokenFile)
            }
        case .identity:
            guard let known = current.withLock({ $0 }), let directory = configuration.identityDirectory else {
                throw missing
            }
            guard !known.identity.hasExpired(at: time.now) else { throw expired }
            let request = known.identity.isDue(at: time.now)
                ? try CertificateRequest(commonName: configuration.name) : nil
            if let request { body["certificateRequest"] = .string(request.requestPEM) }
            answer = try await ask("heartbeat", body, by: known.transport)
            if let request, let certificate = answer["certificate"]?.string {
                var renewed = known.identity
                (renewed.certificate, renewed.key) = (certificate, request.keyPEM)
                renewed.authority = answer["authority"]?.string ?? renewed.authority
                try keep(renewed, in: IdentityDirectory(path: directory, files: files))
            }
        }
        // It is in its file, and nowhere else.
        answer["token"] = nil
        return Heard(
            phase: answer["phase"]?.string ?? "", heartbeat: .seconds(max(1, answer["heartbeatSeconds"]?.integer ?? 10)),
            answer: .object(answer))
    }

    /// Says again and again how it is, until cancelled; what passes is tried again.
    /// - Parameters:
    ///   - condition: asked before each heartbeat.
    ///   - told: what became of each.
    /// - Throws: ``Finding`` where it is trusted no more (`E_SESSION`, `E_CAPACITY_TRUST`), or cannot be.
    public func run(
        _ condition: () async throws -> Condition, told: (Result<Heard, Finding>) -> Void = { _ in }
    ) async throws {
        let backoff = Backoff(initial: .seconds(1), cap: .seconds(30))
        var failures = 0
        while true {
            let pause: Duration
            do {
                let heard: Heard
                switch try await condition() {
                case .ready: heard = try await beat()
                case .notReady: heard = try await beat(isReady: false)
                case .silent(let reason): throw reason
                }
                (failures, pause) = (0, heard.heartbeat)
                told(.success(heard))
            } catch let finding as Finding where !Self.isFinal(finding) {
                failures += 1
                pause = backoff.delay(afterFailures: failures)
                told(.failure(finding))
            }
            try await time.sleep(for: pause)
        }
    }

    private static func isFinal(_ finding: Finding) -> Bool {
        ["E_SESSION", "E_CAPACITY_TRUST", "E_CERTIFICATE_REQUEST", "E_UNSUPPORTED", "E_CONFIG"].contains(
            finding.code.rawValue)
    }

    /// Says that it is about to end, and waits until no runtime is on it any more.
    /// - Returns: whether that came about in time; those placed by its name stay until they are stopped.
    public func leave(within limit: Duration) async throws -> Bool {
        let end = time.now + limit
        while true {
            var pause = Duration.seconds(1)
            do {
                let heard = try await beat(leaving: true)
                if heard.phase == "Drained" { return true }
                // A quarter of the time between heartbeats is as often as the platform listens.
                pause = max(.seconds(1), heard.heartbeat / 4)
            } catch let finding as Finding where !Self.isFinal(finding) {
                pause = finding.details["retryAfter"].flatMap { Int($0) }.map { .milliseconds(250 * $0) } ?? pause
            }
            guard time.now + pause < end else { return false }
            try await time.sleep(for: pause)
        }
    }

    // MARK: asking

    private func ask(_ what: String, _ body: JSONObject, by transport: any Transport) async throws -> JSONObject {
        // These would name another resource.
        guard !["", ".", ".."].contains(configuration.name) else {
            throw Finding(.badConfig, "'\(configuration.name)' is no name of capacity.")
        }
        let response: Response
        do {
            response = try await transport.send(
                Request(
                    .post, "/api/v1/capacity/\(Percent.encode(configuration.name))/\(what)",
                    headers: [.accept: "application/json", .contentType: "application/json"],
                    body: .bytes(JSON.object(body).bytes()), headTimeout: .seconds(30), idleTimeout: .seconds(30)))
        } catch let error as TransportError {
            throw Finding(.unreachable, "The control plane cannot be reached (\(error.message))")
        }
        let bytes = try await response.body.collect(limit: Self.answerLimit)
        guard let answer = (try? JSONParser.parse(bytes))?.object else { throw Self.strange }
        if response.status.kind == .successful { return answer }
        guard let code = answer["code"]?.string, let message = answer["message"]?.string else { throw Self.strange }
        throw Finding(
            FindingCode(rawValue: code), message, field: answer["field"]?.string,
            details: answer["details"]?.object?.reduce(into: [:]) { $0[$1.name] = $1.value.string } ?? [:])
    }
}
