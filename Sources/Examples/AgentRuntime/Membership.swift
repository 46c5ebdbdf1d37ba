import ClawBase
import ClawEnrolment
import ClawHTTPServer
import Logging
import ServiceLifecycle

/// The platform that a runtime has brought itself to as capacity: Docs/capacity.md.
struct Membership: Service {
    let member: CapacityMember
    /// How long it may take until no runtime is on it any more, once it is to end.
    let drain: Duration
    let lifecycle: RuntimeLifecycle
    let logger: Logger
    var time: any TimeSource = .system

    /// nil where the environment names no capacity: then it runs for itself, or in a pod.
    init?(_ environment: [String: String], lifecycle: RuntimeLifecycle, logger: Logger) throws(Finding) {
        guard let name = environment["CLAW_CAPACITY"], !name.isEmpty else { return nil }
        guard let server = environment["CLAW_SERVER"], server.hasPrefix("http://") || server.hasPrefix("https://") else {
            throw Finding(
                .badConfig, "CLAW_CAPACITY is set, and CLAW_SERVER is not; set it to the control plane's URL.",
                field: "CLAW_SERVER")
        }
        guard let file = environment["CLAW_CAPACITY_TOKEN_FILE"], !file.isEmpty else {
            throw Finding(
                .badConfig, "CLAW_CAPACITY is set, and CLAW_CAPACITY_TOKEN_FILE is not; put the enrolment token into a file.",
                field: "CLAW_CAPACITY_TOKEN_FILE")
        }
        let text = environment["CLAW_CAPACITY_DRAIN_SECONDS"] ?? "30"
        guard let seconds = Int(text), (0...86_400).contains(seconds) else {
            throw Finding(
                .badConfig, "CLAW_CAPACITY_DRAIN_SECONDS must be a whole number from 0 to 86400.",
                field: "CLAW_CAPACITY_DRAIN_SECONDS")
        }
        let directory = environment["CLAW_CAPACITY_CERTIFICATES"].flatMap { $0.isEmpty ? nil : $0 }
        let configuration = CapacityMember.Configuration(
            name: name, tokenFile: file, identityDirectory: directory,
            programToken: environment["OPENCLAW_GATEWAY_TOKEN"].map { Secret($0) })
        let url = server.hasSuffix("/") ? String(server.dropLast()) : server
        member = CapacityMember(
            configuration, controlPlane: CurlTransport(.init(baseURL: url, userAgent: "agent-runtime")))
        (drain, self.lifecycle, self.logger) = (.seconds(seconds), lifecycle, logger)
    }

    /// Enrols it, and waits for a control plane that is away.
    /// - Returns: by what it serves; nil: in the clear, where it is trusted by token.
    func enrolled() async throws -> TLSIdentity? {
        let backoff = Backoff(initial: .milliseconds(500), cap: .seconds(30))
        for failures in 1... {
            do {
                try await member.enrol()
                break
            } catch let finding as Finding where finding.code == .unreachable {
                logger.warning("not enrolled yet", metadata: ["why": "\(finding.message)"])
                try await time.sleep(for: backoff.delay(afterFailures: failures))
            }
        }
        guard let first = member.identity else { return nil }
        return .rotating { [member] in
            let identity = member.identity ?? first
            return TLSIdentity(
                certificateChain: identity.certificate, key: identity.key, clientAuthorities: identity.authority)
        }
    }

    /// Says that it is alive until it is to end; then that it takes no more, and waits for those who are on it.
    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                try await member.run({ lifecycle.phase == .ready ? .ready : .notReady }) { outcome in
                    if case .failure(let finding) = outcome {
                        logger.warning("the control plane was not told", metadata: ["why": "\(finding.message)"])
                    }
                }
            }
        } catch is CancellationError {}
        let isDrained = try await member.leave(within: drain)
        logger.info("left", metadata: ["drained": "\(isDrained)"])
    }
}
