import ClawBase
import CLibpq
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension PoolCore {
    /// Makes a connection, for which there is a place. While the server says that it is starting, it is asked again.
    func open() async throws -> PooledSession {
        let deadline = MonotonicTime.now + configuration.waitTimeout
        var failures = 0
        while true {
            do {
                let session = try await Session.connect(configuration.connection, metrics: metrics.queries)
                metrics.didOpen()
                let now = configuration.time.now
                let lifetime = configuration.maximumLifetime * (1 - Chance.unit() / 10)
                let pooled = PooledSession(session, expires: now + lifetime, now: now)
                session.whenClosed { self.wasClosed(pooled) }
                return pooled
            } catch let error as PostgresError where error.isStarting && MonotonicTime.now < deadline {
                failures += 1
                do {
                    try await SystemTime.system.sleep(for: Backoff.starting.delay(afterFailures: failures))
                } catch {
                    lose()
                    throw error
                }
            } catch {
                lose()
                throw error
            }
        }
    }

    /// A connection broke; one that somebody has is seen to when it is given back.
    func wasClosed(_ pooled: PooledSession) {
        if state.withLock({ $0.breaks(pooled) }) { lose() }
    }

    /// Whether the server has become a standby, or read-only, against what the connection string asks for. Servers say
    /// so by themselves, from version 14.
    func isUnsuitable(_ session: Session) -> Bool {
        guard wantsWrites else { return false }
        return session.serverParameter("in_hot_standby") == "on"
            || session.serverParameter("default_transaction_read_only") == "on"
    }

    func answers(_ session: Session) async -> Bool {
        do {
            _ = try await session.run(["select 1"], timeout: .seconds(5))
            return true
        } catch {
            return false
        }
    }

    /// Keeps the minimum of connections open and closes what is idle for too long or too old, until the task is
    /// cancelled; then closes the pool and waits until all connections were given back.
    func keepUp() async throws {
        do {
            var pause = Duration.seconds(1)
            while true {
                pause = await openMinimum() ? .seconds(1) : min(pause * 2, .seconds(30))
                reportStatus()
                try await configuration.time.sleep(for: pause)
            }
        } catch is CancellationError {
            await closeAndWait()
        }
    }

    /// - Returns: whether all that was to be made could be.
    private func openMinimum() async -> Bool {
        let now = configuration.time.now
        let expired = state.withLock {
            $0.takeExpired(now, minimum: configuration.minimum, idleTimeout: configuration.idleTimeout)
        }
        for pooled in expired { discard(pooled) }
        while true {
            let mayOpen = state.withLock { state in
                guard !state.isClosed, state.open < min(configuration.minimum, state.maximum) else { return false }
                state.open += 1
                return true
            }
            guard mayOpen else { return true }
            guard let pooled = try? await open() else { return false }
            giveBack(pooled)
        }
    }
}

extension Backoff {
    fileprivate static let starting = Backoff(initial: .milliseconds(20), cap: .milliseconds(500))
}

extension PostgresError {
    /// The server is there, but starting, recovering or stopping.
    fileprivate var isStarting: Bool {
        code == .unreachable && (sqlState == .cannotConnectNow || message.contains("the database system is"))
    }
}

extension ConnectionString {
    /// Whether it asks for a server that takes writes.
    var wantsWrites: Bool {
        let wish = option("target_session_attrs") ?? getenv("PGTARGETSESSIONATTRS").map { String(cString: $0) }
        return wish == "read-write" || wish == "primary"
    }
}
