import ClawBase
import ClawGateway
import Synchronization
import Testing

@Suite("Secrets that are asked for anew")
struct RenewedSecretsTests {
    /// A source that counts, changes its mind, and fails.
    private final class Source: SecretSource {
        enum Mood: Sendable { case has(String), hasNone, isAway }
        private let state = Mutex((mood: Mood.has("first"), asked: 0))
        var asked: Int { state.withLock { $0.asked } }
        func be(_ mood: Mood) { state.withLock { $0.mood = mood } }

        func secret(_ reference: SecretLocation) async throws -> Secret<String> {
            let mood = state.withLock { state in
                state.asked += 1
                return state.mood
            }
            switch mood {
            case .has(let text): return Secret(text)
            case .hasNone: throw Finding(.secretMissing, "There is none.")
            case .isAway: throw TransportError(code: .unreachable, message: "away")
            }
        }
    }

    private let time = VirtualTime()
    private let source = Source()
    private let place = SecretLocation.cluster(namespace: "clawkit-system", name: "openai", key: "key")

    private func secrets() -> RenewedSecrets {
        RenewedSecrets(source, after: .seconds(15), longest: .seconds(600), capacity: 2, time: time)
    }

    @Test("one is read once in a while, however often it is used, and a rotated one holds then")
    func rotated() async throws {
        let secrets = secrets()
        for _ in 0..<5 { _ = try await secrets.secret(place) }
        #expect(source.asked == 1)
        source.be(.has("second"))
        time.advance(by: .seconds(14))
        #expect(try await secrets.secret(place).reveal() == "first")
        time.advance(by: .seconds(1))
        #expect(try await secrets.secret(place).reveal() == "second")
        #expect(source.asked == 2)
    }

    @Test("while its source is away the old one holds, but not for long; where it was taken away, at once no more")
    func away() async throws {
        let secrets = secrets()
        _ = try await secrets.secret(place)
        source.be(.isAway)
        time.advance(by: .seconds(599))
        #expect(try await secrets.secret(place).reveal() == "first")
        time.advance(by: .seconds(1))
        await #expect(throws: TransportError.self) { try await secrets.secret(place) }
        source.be(.has("second"))
        #expect(try await secrets.secret(place).reveal() == "second")
        source.be(.hasNone)
        time.advance(by: .seconds(15))
        await #expect { try await secrets.secret(place) } throws: { ($0 as? Finding)?.code == .secretMissing }
        source.be(.isAway)
        await #expect(throws: TransportError.self) { try await secrets.secret(place) }
    }

    @Test("so many are kept at most; the oldest gives way")
    func bounded() async throws {
        let secrets = secrets()
        for name in ["a", "b", "c"] {
            _ = try await secrets.secret(.environment(name))
            time.advance(by: .seconds(1))
        }
        #expect(source.asked == 3)
        _ = try await secrets.secret(.environment("c"))
        _ = try await secrets.secret(.environment("b"))
        #expect(source.asked == 3)
        _ = try await secrets.secret(.environment("a"))
        #expect(source.asked == 4)
    }
}
