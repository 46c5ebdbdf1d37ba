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
        /// What held at the start and holds until the end.
        var started: Fixed?
    }

    private struct Fixed: Sendable {
        let connectTimeout: Duration
        let admission: FairAdmission.Limits
        let cache: AnswerCache.Settings
        let sendsLiteLLMHeaders: Bool

        init(_ configuration: GatewayConfiguration) {
            (connectTimeout, admission) = (configuration.connectTimeout, configuration.admission)
            cache = configuration.cache
            sendsLiteLLMHeaders = configuration.sendsLiteLLMHeaders
        }
    }

    private let path: String
    private let models: ModelSources
    private let grants: InMemoryGrants
    private let limits: InMemoryLimits
    private let guardrails: Guardrails
    private let cache: AnswerCache?
    private let secrets: any SecretSource
    private let time: any TimeSource
    private let logger: Logger
    private let others: OtherSections
    private let state: Mutex<State>

    /// Reads the sections of a file that are not the gateway's; throws where they are wrong. What it returns is called
    /// once the whole file holds, and tells what of it does not hold before the next start.
    public typealias OtherSections = @Sendable (_ path: String) throws(InvalidConfiguration) -> @Sendable () -> [Finding]

    /// - Parameters:
    ///   - path: the file, which has been applied already.
    ///   - grants: of the keys that the file declares, and of no others.
    ///   - limits: those of the file, and no others.
    ///   - guardrails: the same.
    ///   - cache: the gateway's; nil: none, and what the file says of it holds from the next start.
    ///   - others: for a program that reads more of the file than a gateway does.
    public init(
        _ path: String, models: ModelSources, grants: InMemoryGrants, limits: InMemoryLimits,
        guardrails: Guardrails = Guardrails(), cache: AnswerCache? = nil, secrets: some SecretSource,
        others: @escaping OtherSections = { _ in { [] } }, time: some TimeSource = .system,
        logger: Logger = Logger(label: "clawkit.gateway")
    ) {
        (self.others, self.cache) = (others, cache)
        (self.path, self.models, self.grants, self.limits) = (path, models, grants, limits)
        (self.guardrails, self.secrets, self.time, self.logger) = (guardrails, secrets, time, logger)
        state = Mutex(
            State(
                text: try? ClawConfiguration.text(of: path),
                started: (try? GatewayConfiguration(contentsOf: path)).map { Fixed($0) }))
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
            let applyOthers = try others(path)
            let new: [ModelGrant]
            do { new = try await configuration.grants(secrets) } catch {
                throw InvalidConfiguration(findings: [error as? Finding ?? Finding(.badConfig, "\(error)", field: path)])
            }
            let rules: [any Guardrail]
            do throws(Finding) {
                rules = try configuration.rules
                try models.declare(configuration.models, secrets: configuration.secrets(secrets))
            } catch { throw InvalidConfiguration(findings: [error]) }
            grants.replace(new)
            limits.replace(configuration.limits)
            guardrails.replace(rules)
            cache?.settings = configuration.cache
            state.withLock { $0.refusal = nil }
            let notes = configuration.notes + fixed(configuration) + applyOthers()
            return isNew ? .applied(notes: notes) : .unchanged
        } catch {
            state.withLock { $0.refusal = error }
            return .refused(error)
        }
    }

    /// What the file says otherwise than at the start, and cannot be changed while the gateway runs.
    private func fixed(_ configuration: GatewayConfiguration) -> [Finding] {
        let started = state.withLock { state in
            defer { if state.started == nil { state.started = Fixed(configuration) } }
            return state.started ?? Fixed(configuration)
        }
        let now = Fixed(configuration)
        return [
            ("gateway.connectTimeout", started.connectTimeout != now.connectTimeout),
            ("gateway.admission", started.admission != now.admission),
            ("gateway.cache", cache == nil && started.cache != now.cache),
            ("gateway.liteLLMHeaders", started.sendsLiteLLMHeaders != now.sendsLiteLLMHeaders),
        ].filter(\.1).map { .holdsFromNextStart($0.0, path) }
    }

    private func report(_ outcome: Outcome) {
        switch outcome {
        case .unchanged: break
        case .applied(let notes):
            logger.notice("the configuration has changed and holds now", metadata: ["file": "\(path)"])
            for note in notes { logger.notice("\(note)") }
        case .refused(let error):
            logger.error(
                "the configuration has changed and is wrong; what held before goes on to hold",
                metadata: ["file": "\(path)"])
            for finding in error.findings { logger.error("\(finding)") }
        }
    }
}

extension Finding {
    /// For what a running program does not change.
    public static func holdsFromNextStart(_ name: String, _ file: String) -> Finding {
        Finding(.needsRestart, "\(name) has changed and holds from the next start: restart the program.", field: file)
    }
}

extension FindingCode {
    /// Something was changed that holds only from the next start.
    public static let needsRestart = FindingCode(rawValue: "W_RESTART")
}
