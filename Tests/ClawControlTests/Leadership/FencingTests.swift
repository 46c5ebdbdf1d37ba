import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization
import Testing

@testable import ClawControl

@Suite("Fenced writes")
struct FencingTests {
    /// Answers reads, and writes only when told to.
    private final class SlowServer: KubernetesAPI {
        let time: VirtualTime
        init(_ time: VirtualTime) { self.time = time }
        func document(for request: APIRequest) async throws -> JSONObject {
            if request.method != .get { try await time.sleep(for: .seconds(60)) }
            return ["metadata": ["name": "a"]]
        }
        func stream(for request: APIRequest) async throws -> Body { .empty }
    }

    private let time = VirtualTime()

    private func term() -> Term {
        Term(token: 7, lease: "ops/l", certainUntil: time.now + .seconds(10), time: time)
    }

    @Test("once leadership is uncertain writes are refused here, and reads go on")
    func refused() async throws {
        let term = term()
        let api = Leadership(term: term).fenced(SlowServer(time))
        time.advance(by: .seconds(10))
        let error = await #expect(throws: Finding.self) {
            try await api.create(ConfigMap(metadata: ObjectMeta(name: "a", namespace: "demo")))
        }
        #expect(error?.code == .notLeader && error?.field == "lease ops/l")
        _ = try await api.get(ConfigMap.self, "a", in: "demo")
    }

    @Test("a write under way is given up when leadership ends, not when a renewal has moved the end")
    func underWay() async throws {
        let term = term()
        let time = time
        let api = Leadership(term: term).fenced(SlowServer(time))
        async let outcome: Result<Void, any Error> = {
            do {
                _ = try await api.deleteIfPresent(ConfigMap.self, "a", in: "demo")
                return .success(())
            } catch { return .failure(error) }
        }()
        try await eventually("the write and its guard wait") { time.sleeperCount == 2 }
        term.extend(to: time.now + .seconds(20))
        time.advance(by: .seconds(10))
        try await eventually("the guard waits for the new end") { time.sleeperCount == 2 }
        time.advance(by: .seconds(10))
        let result = await outcome
        let error = #expect(throws: Finding.self) { try result.get() }
        #expect(error?.code == .notLeader)
    }

    @Test("a request to somebody else is given up when leadership ends, and none is sent afterwards, not to read either")
    func others() async throws {
        let (term, time, sent) = (term(), time, Sent())
        let way = FencedTransport(
            ScriptedTransport { _ in
                sent.count.withLock { $0 += 1 }
                try await time.sleep(for: .seconds(60))
                return .text("late")
            }
        ) { () throws(Finding) in term }
        async let outcome: Result<Response, any Error> = {
            do { return .success(try await way.send(Request(.get, "http://pod/api"))) } catch { return .failure(error) }
        }()
        try await eventually("the request and its guard wait") { time.sleeperCount == 2 }
        time.advance(by: .seconds(10))
        let result = await outcome
        #expect(#expect(throws: Finding.self) { try result.get() }?.code == .notLeader)
        let later = await #expect(throws: Finding.self) { try await way.send(Request(.get, "http://pod/api")) }
        #expect(later?.code == .notLeader)
        #expect(sent.count.withLock { $0 } == 1)
    }

    private final class Sent: Sendable { let count = Mutex(0) }

    @Test("a term that is over does not come back")
    func over() {
        let term = term()
        term.finish()
        #expect(!Leadership(term: term).isCertain)
        #expect(Leadership(term: term).token == 7)
    }
}
