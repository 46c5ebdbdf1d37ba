import ClawBase
import ClawControl
@testable import ClawPlatform
import ServiceTesting
import Synchronization
import Testing

@Suite("Values that are read again from time to time")
struct SourcedValuesTests {
    /// Answers what it is told to, and counts.
    private final class Source: ValueSource {
        let answer = Mutex<Result<ValueReading, Finding>>(.success(ValueReading([:])))
        let reads = Mutex<[Timestamp]>([])
        let time: VirtualTime

        init(_ time: VirtualTime) { self.time = time }

        func read(_ place: ValuePlace, last: ValueReading?) async throws -> ValueReading {
            reads.withLock { $0.append(time.now) }
            return try answer.withLock { $0 }.get()
        }
    }

    private static let place = ValuePlace.secret(namespace: "demo", name: "db")
    private static let references = ["A": ValueReference(place, key: "a")]

    private static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "demo", name: name) }

    @Test("a place that many name is read once for all of them")
    func once() async throws {
        let source = Source(VirtualTime())
        source.answer.withLock { $0 = .success(ValueReading(["a": Secret("1")])) }
        let values = SourcedValues(source, time: source.time, logger: silent)
        for name in ["x", "y", "z"] {
            let found = try await values.values(of: Self.references, for: Self.key(name), refresh: .seconds(60))
            #expect(found["A"]?.reveal() == "1")
        }
        #expect(source.reads.withLock { $0.count } == 1)
    }

    @Test("who uses it is told of a change, and of nothing else; while the source is away what was read goes on to hold")
    func changes() async throws {
        let time = VirtualTime()
        let source = Source(time)
        source.answer.withLock { $0 = .success(ValueReading(["a": Secret("1")])) }
        let values = SourcedValues(source, time: time, logger: silent)
        _ = try await values.values(of: Self.references, for: Self.key("x"), refresh: .seconds(60))
        final class Told: Sendable { let keys = Mutex<[[ObjectKey]]>([]) }
        let heard = Told()
        try await whileRunning({ try await values.run { keys in heard.keys.withLock { $0.append(keys) } } }) {
            func advance(until count: Int) async throws {
                try await eventually("read \(count) times") {
                    if source.reads.withLock({ $0.count }) >= count { return true }
                    time.advance(by: .seconds(1))
                    return false
                }
            }
            try await advance(until: 2)
            #expect(heard.keys.withLock { $0.isEmpty })
            source.answer.withLock { $0 = .failure(Finding(.secretUnavailable, "away")) }
            try await advance(until: 7)
            let kept = try await values.values(of: Self.references, for: Self.key("x"), refresh: .seconds(60))
            #expect(kept["A"]?.reveal() == "1")
            // The longer it is away, the less often it is asked.
            let moments = source.reads.withLock { $0 }
            #expect(moments[6] - moments[5] > moments[3] - moments[2])
            #expect(heard.keys.withLock { $0.isEmpty })
            source.answer.withLock { $0 = .success(ValueReading(["a": Secret("2")])) }
            try await advance(until: 8)
            try await eventually("it is told") { heard.keys.withLock { $0 == [[Self.key("x")]] } }
            let now = try await values.values(of: Self.references, for: Self.key("x"), refresh: .seconds(60))
            #expect(now["A"]?.reveal() == "2")
        }
    }

    @Test("what nobody names any more is not read any more")
    func forgotten() async throws {
        let time = VirtualTime()
        let source = Source(time)
        source.answer.withLock { $0 = .success(ValueReading(["a": Secret("1")])) }
        let values = SourcedValues(source, time: time, logger: silent)
        _ = try await values.values(of: Self.references, for: Self.key("x"), refresh: .seconds(60))
        values.forget(Self.key("x"))
        _ = try await values.values(of: Self.references, for: Self.key("y"), refresh: .seconds(60))
        #expect(source.reads.withLock { $0.count } == 2)
    }

    @Test("a missing entry is told by its place, without a value")
    func entry() async throws {
        let source = Source(VirtualTime())
        source.answer.withLock { $0 = .success(ValueReading(["b": Secret("hidden-value")])) }
        let values = SourcedValues(source, time: source.time, logger: silent)
        let finding = await #expect(throws: Finding.self) {
            _ = try await values.values(of: Self.references, for: Self.key("x"), refresh: .seconds(60))
        }
        #expect(finding?.code == .secretMissing)
        #expect(finding?.description.contains("Secret demo/db, entry a") == true)
        #expect(finding?.description.contains("hidden-value") == false)
    }
}
