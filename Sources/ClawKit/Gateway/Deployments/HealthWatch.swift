public import ClawBase
import ClawDialects
public import Logging
import Synchronization

/// Makes the health checks of a router's deployments, those that have one, and takes who fails out of service until a
/// check succeeds again.
public final class HealthWatch: Sendable {
    private struct State {
        var due: [String: Timestamp] = [:]
        var underWay: Set<String> = []
    }

    /// So many checks are made at a time; the others wait for the next second.
    private static let mostAtOnce = 32

    private let router: ModelRouter
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    public init(
        _ router: ModelRouter, time: some TimeSource = .system, logger: Logger = Logger(label: "clawkit.gateway")
    ) {
        (self.router, self.time, self.logger) = (router, time, logger)
    }

    /// Looks each second for what is due, until cancelled.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { checks in
            while true {
                for (group, index, check) in due() {
                    checks.addTask { await self.make(check, group, index) }
                }
                try await time.sleep(for: .seconds(1))
            }
        }
    }

    private func due() -> [(ModelGroup, Int, HealthCheck)] {
        let now = time.now
        var (found, known): ([(ModelGroup, Int, HealthCheck)], Set<String>) = ([], [])
        state.withLock { state in
            for group in router.groups {
                for (index, deployment) in group.deployments.enumerated() {
                    guard let check = deployment.health, known.insert(Self.name(group, index)).inserted else { continue }
                    let name = Self.name(group, index)
                    if state.underWay.contains(name) || state.underWay.count >= Self.mostAtOnce { continue }
                    if let due = state.due[name], due > now { continue }
                    state.underWay.insert(name)
                    state.due[name] = now + check.every
                    found.append((group, index, check))
                }
            }
            // Who is no longer there is forgotten.
            for name in state.due.keys where !known.contains(name) { state.due[name] = nil }
        }
        return found
    }

    private func make(_ check: HealthCheck, _ group: ModelGroup, _ index: Int) async {
        let name = Self.name(group, index)
        defer { state.withLock { _ = $0.underWay.remove(name) } }
        do {
            try await time.withDeadline(check.within, "the health check of \(group.deployments[index].name)") {
                try await check.check()
            }
            note(nil, group, index)
        } catch is CancellationError {
            // Nothing was found out.
        } catch {
            let words = (error as? ModelError)?.message ?? (error as? Finding)?.message ?? "\(error)"
            note(words, group, index)
        }
    }

    private func note(_ complaint: String?, _ group: ModelGroup, _ index: Int) {
        let wasWell = group.conditions(now: time.now)[index].complaint == nil
        group.complain(index, complaint)
        guard wasWell != (complaint == nil) else { return }
        logger.notice(
            complaint == nil ? "a deployment is well again" : "a deployment is not well, and is not asked",
            metadata: [
                "model": "\(group.alias)", "deployment": "\(group.deployments[index].name)", "why": "\(complaint ?? "-")",
            ])
    }

    private static func name(_ group: ModelGroup, _ index: Int) -> String {
        "\(group.alias)\u{0}\(group.deployments[index].name)"
    }
}
