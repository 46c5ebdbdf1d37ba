public import ClawBase
import ClawLedger
public import ClawPlatform
public import Logging
import Synchronization

/// Looks after a configuration file and lets what it says hold from the next request on. Requests under way end by what
/// held when they came; what is known of deployments that stay is kept.
///
/// A file that is wrong is refused whole: what held before goes on to hold.
public final class GatewayReloader: Sendable {
    /// What came of reading the file.
    public enum Outcome: Sendable {
        case unchanged
        /// It holds now; with what is worth knowing of it.
        case applied(notes: [Finding])
        /// What held before goes on to hold.
        case refused(InvalidConfiguration)
    }

    private struct State {
        /// What was read last, applied or refused.
        var text: String?
        /// What was seen at the last look and is not yet believed: somebody may be writing it.
        var candidate: String?
        var refusal: InvalidConfiguration?
    }

    private let path: String
    private let router: ModelRouter
    private let grants: InMemoryGrants
    private let limits: InMemoryLimits
    private let guardrails: Guardrails
    private let transport: any Transport
    private let secrets: any SecretSource
    private let time: any TimeSource
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - path: the file, which has been applied already.
    ///   - grants: of the keys that the file declares, and of no others.
    ///   - limits: those of the file, and no others.
    ///   - guardrails: the same.
    public init(
        _ path: String, router: ModelRouter, grants: InMemoryGrants, limits: InMemoryLimits,
        guardrails: Guardrails = Guardrails(), transport: some Transport, secrets: some SecretSource, time: some TimeSource = .system,
        logger: Logger = Logger(label: "clawkit.gateway")
    ) {
        (self.path, self.router, self.grants, self.limits) = (path, router, grants, limits)
        self.guardrails = guardrails
        (self.transport, self.secrets, self.time, self.logger) = (transport, secrets, time, logger)
        state = Mutex(State(text: try? ClawConfiguration.text(of: path)))
    }

    /// Why the file as it is does not hold; nil: it does.
    public var refusal: InvalidConfiguration? { state.withLock { $0.refusal } }

    /// Looks at the file each second until cancelled, and applies what stays the same for two looks.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        while true {
            try await time.sleep(for: .seconds(1))
            guard let text = try? ClawConfiguration.text(of: path) else { continue }
            let isSettled = state.withLock { state in
                defer { state.candidate = text }
                return text != state.text && text == state.candidate
            }
            if isSettled { report(await apply(text)) }
        }
    }

    /// Reads the file now, as on SIGHUP.
    @discardableResult
    public func reload() async -> Outcome {
        let outcome: Outcome
        do throws(InvalidConfiguration) {
            outcome = await apply(try ClawConfiguration.text(of: path))
        } catch {
            state.withLock { $0.refusal = error }
            outcome = .refused(error)
        }
        report(outcome)
        return outcome
    }

    private func apply(_ text: String) async -> Outcome {
        let isNew = state.withLock { state in
            defer { state.text = text }
            return state.text != text
        }
        // A key's file may have changed though this one has not.
        do throws(InvalidConfiguration) {
            let configuration = try GatewayConfiguration(contentsOf: path)
            let new: [ModelGrant]
            do { new = try await configuration.grants(secrets) } catch {
                throw InvalidConfiguration(findings: [error as? Finding ?? Finding(.badConfig, "\(error)", field: path)])
            }
            let rules: [any Guardrail]
            do throws(Finding) {
                rules = try configuration.rules
                try router.replace(
                    configuration.models, transport: transport, secrets: configuration.secrets(secrets), time: time)
            } catch { throw InvalidConfiguration(findings: [error]) }
            grants.replace(new)
            limits.replace(configuration.limits)
            guardrails.replace(rules)
            state.withLock { $0.refusal = nil }
            return isNew ? .applied(notes: configuration.notes) : .unchanged
        } catch {
            state.withLock { $0.refusal = error }
            return .refused(error)
        }
    }

    private func report(_ outcome: Outcome) {
        switch outcome {
        case .unchanged: break
        case .applied(let notes):
            logger.notice("the configuration has changed and holds now", metadata: ["file": "\(path)"])
            for note in notes { logger.notice("\(note)") }
        case .refused(let error):
            logger.error(
                "the configuration has changed and is wrong; what held before goes on to hold", metadata: ["file": "\(path)"])
            for finding in error.findings { logger.error("\(finding)") }
        }
    }
}
