import ClawBase
import ClawKubernetes
import Synchronization
import Testing

@Suite("Credentials that are renewed", .timeLimit(.minutes(10)))
struct RenewedCredentialsTests {
    private let time = VirtualTime()

    /// Hands out token 1, 2, …, each valid for `life`; fails where told so.
    private final class Issuer: Sendable {
        let count = Mutex(0)
        let fails = Mutex(false)
        let refusals = Mutex<[String?]>([])
        struct Broken: Error {}

        func issue(_ refused: Credential?, ends: Timestamp?) throws -> Credential {
            refusals.withLock { $0.append(refused?.shown) }
            let number = count.withLock { count in
                count += 1
                return count
            }
            if fails.withLock({ $0 }) { throw Broken() }
            return .bearer(Secret("\(number)"), expires: ends)
        }
    }

    private func credentials(_ issuer: Issuer, life: Duration?) -> RenewedCredentials {
        let time = time
        return RenewedCredentials(time: time) { try issuer.issue($0, ends: life.map { time.now + $0 }) }
    }

    @Test("short lives keep four fifths of themselves")
    func shortLife() async throws {
        let credentials = credentials(Issuer(), life: .seconds(50))
        #expect(try await credentials.credential().shown == "Bearer 1")
        time.advance(by: .seconds(39))
        #expect(try await credentials.credential().shown == "Bearer 1")
        time.advance(by: .seconds(1))
        #expect(try await credentials.credential().shown == "Bearer 2")
    }

    @Test("where renewing early fails, what still holds is used, and the failure comes with its end")
    func earlyFailure() async throws {
        let issuer = Issuer()
        let credentials = credentials(issuer, life: .seconds(600))
        _ = try await credentials.credential()
        issuer.fails.withLock { $0 = true }
        time.advance(by: .seconds(545))
        for _ in 0..<5 { #expect(try await credentials.credential().shown == "Bearer 1") }
        #expect(issuer.count.withLock { $0 } == 2)  // not at every request
        time.advance(by: .seconds(10))
        _ = try await credentials.credential()
        #expect(issuer.count.withLock { $0 } == 3)
        time.advance(by: .seconds(45))
        await #expect(throws: Issuer.Broken.self) { try await credentials.credential() }
        issuer.fails.withLock { $0 = false }
        #expect(try await credentials.credential().shown == "Bearer 5")
    }

    @Test("all who waited share one failure; the next asks anew")
    func sharedFailure() async throws {
        let runs = Mutex(0)
        let gate = AsyncStream<Never>.makeStream()
        let credentials = RenewedCredentials(time: time) { _ in
            runs.withLock { $0 += 1 }
            for await _ in gate.stream {}
            throw Issuer.Broken()
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try await credentials.credential()
                        return false
                    } catch { return error is Issuer.Broken }
                }
            }
            try await eventually("one asks") { runs.withLock { $0 } == 1 }
            for _ in 0..<1000 { await Task.yield() }
            gate.continuation.finish()
            for try await failed in group { #expect(failed) }
        }
        let before = runs.withLock { $0 }
        #expect(before < 20)
        await #expect(throws: Issuer.Broken.self) { try await credentials.credential() }
        #expect(runs.withLock { $0 } == before + 1)
    }

    @Test("a refusal renews once for all who were refused; a server that refuses everything does not make us hasty")
    func refusals() async throws {
        let issuer = Issuer()
        let credentials = credentials(issuer, life: nil)
        let first = try await credentials.credential()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 { group.addTask { try await credentials.renew(after: first) } }
            for try await renewed in group { #expect(renewed) }
        }
        #expect(issuer.count.withLock { $0 } == 2)
        #expect(issuer.refusals.withLock { $0 } == [nil, "Bearer 1"])
        let second = try await credentials.credential()
        #expect(second.shown == "Bearer 2")
        #expect(try await !credentials.renew(after: second))
        time.advance(by: .seconds(10))
        #expect(try await credentials.renew(after: second))
        #expect(issuer.count.withLock { $0 } == 3)
    }

    @Test("secrets never show")
    func redaction() {
        let credential = Credential.basic(user: "ada", password: Secret("s3cret"))
        #expect(credential.shown == "Basic YWRhOnMzY3JldA==")
        #expect(!"\(credential)".contains("YWRh"))
    }
}
