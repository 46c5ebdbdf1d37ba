import ClawBase
import ClawDocuments
import FoundationEssentials
import HTTPTypes

/// Asks the platform for what is this runtime's user's, where the pod was there before its user: Docs/pools.md.
struct BundleClient: Sendable {
    /// How long the platform may leave a question unanswered, in seconds.
    private static let wait = 50
    private static let limit = 1 << 20
    private static let backoff = Backoff(initial: .milliseconds(50), cap: .seconds(5))

    let url: String
    let tokenFile: String
    let transport: any Transport
    var time: any TimeSource = .system

    /// nil where the environment names no platform to ask: then it holds all there is.
    init?(_ environment: [String: String], transport: any Transport) {
        guard let url = environment["CLAW_BUNDLE_URL"], let file = environment["CLAW_BUNDLE_TOKEN_FILE"] else { return nil }
        (self.url, tokenFile, self.transport) = (url, file, transport)
    }

    /// Asks until there is an answer.
    /// - Parameter heard: told after each question whether the platform was there.
    /// - Throws: `CancellationError`.
    func environment(heard: (Bool) -> Void) async throws -> [String: String] {
        var (failures, wait) = (0, 0)
        while true {
            do {
                if let found = try await ask(waiting: wait) { return found }
                (failures, wait) = (0, Self.wait)
                heard(true)
            } catch where !(error is CancellationError) {
                failures += 1
                if failures > 3 { heard(false) }
                try await time.sleep(for: Self.backoff.delay(afterFailures: failures))
            }
        }
    }

    private func ask(waiting seconds: Int) async throws -> [String: String]? {
        // The node renews it.
        guard let token = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw Finding(.badConfig, "The token cannot be read; see whether the pod mounts it.", field: tokenFile)
        }
        let response = try await transport.send(
            Request(
                .get, "\(url)?wait=\(seconds)",
                headers: [.authorization: "Bearer \(token.filter { !$0.isWhitespace })"],
                headTimeout: .seconds(seconds + 10), idleTimeout: .seconds(10)))
        if response.status == .noContent { return nil }
        let body = try await response.body.collect(limit: Self.limit)
        guard response.status == .ok, let environment = try JSONParser.parse(body)["environment"]?.object else {
            throw Finding(.notReady, "The platform answers \(response.status.code).", field: url)
        }
        return environment.reduce(into: [:]) { $0[$1.name] = $1.value.string }
    }
}
