import ClawKit
import Synchronization

/// What of the platform's part of `claw.yaml` may change while it runs, as it is now: the templates. The server's
/// settings hold from the start.
final class LiveConfiguration: Sendable {
    private struct State {
        var platform: ClawConfiguration
        let started: ClawConfiguration
    }

    private let state: Mutex<State>
    /// Told that something is other than it was: templates, or models.
    let changes: AsyncStream<Void>
    private let teller: AsyncStream<Void>.Continuation

    init(_ platform: ClawConfiguration) {
        state = Mutex(State(platform: platform, started: platform))
        (changes, teller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    var templates: [ClawConfiguration.Template] { state.withLock { $0.platform.templates } }

    func tell() { teller.yield() }

    /// Reads the platform's sections; for ``GatewayReloader``.
    func read(_ path: String) throws(InvalidConfiguration) -> @Sendable () -> [Finding] {
        // LiteLLM's files say nothing of the platform.
        let isForeign = try LiteLLMImport.isMeant(at: path)
        let platform = try isForeign ? ClawConfiguration() : ClawConfiguration(contentsOf: path)
        return { [self] in
            let started = state.withLock { state in
                state.platform = platform
                return state.started
            }
            tell()
            return [
                ("routing", started.routing != platform.routing),
                ("server.publicURL", started.server.publicURL != platform.server.publicURL),
                ("server.capacityURL", started.server.capacityURL != platform.server.capacityURL),
                ("server.domain", started.server.domain != platform.server.domain),
                ("server.cluster", started.server.cluster != platform.server.cluster),
                ("server.region", started.server.region != platform.server.region),
                ("server.sessionHours", started.server.sessionHours != platform.server.sessionHours),
                ("server.oidc", started.server.providers != platform.server.providers),
            ].filter(\.1).map { .holdsFromNextStart($0.0, path) }
        }
    }
}
