import ClawBase
import HTTPTypes
import Testing

@Suite("Faults on purpose", .timeLimit(.minutes(10)))
struct FaultTests {
    private let time = VirtualTime()

    private func rates() -> FaultSchedule.Rates {
        var rates = FaultSchedule.Rates()
        (rates.latency, rates.status, rates.refused, rates.cut, rates.bodyCut) = (0.3, 0.2, 0.2, 0.2, 0.4)
        rates.bodyCuts = 0...20
        return rates
    }

    private func story(seed: UInt64, rates: FaultSchedule.Rates) async throws -> [String] {
        let transport = ScriptedTransport { _ in Response(status: .ok, body: stream(["hello ", "wide ", "world"])) }
            .failing(.seeded(seed, rates), time: time)
        return try await time.running {
            var story: [String] = []
            for _ in 0..<60 {
                let before = time.now
                do {
                    let response = try await transport.send(Request(.get, "/"))
                    var text = ""
                    do {
                        for try await chunk in response.body { text += String(decoding: chunk, as: UTF8.self) }
                    } catch { text += "✂" }
                    story.append("\(response.status.code) \(text) \(time.now - before)")
                } catch {
                    story.append("\(error)")
                }
            }
            return story
        }
    }

    @Test("the same seed tells the same story, another seed another")
    func seeds() async throws {
        let story = try await story(seed: 7, rates: rates())
        #expect(try await self.story(seed: 7, rates: rates()) == story)
        #expect(try await self.story(seed: 8, rates: rates()) != story)
        #expect(story.contains { $0.contains("✂") } && story.contains { $0.contains("cut on purpose") })
        #expect(story.contains { $0.contains("refused on purpose") } && story.contains { $0.hasPrefix("429") || $0.hasPrefix("50") })
    }

    @Test("without faults everything passes")
    func none() async throws {
        #expect(Set(try await story(seed: 1, rates: .init())) == ["200 hello wide world 0.0 seconds"])
    }

    @Test("a body breaks at the very byte, or arrives whole where it is shorter", arguments: 0...18)
    func bodyCut(bytes: Int) async throws {
        let whole = "hello wide world"
        let transport = ScriptedTransport { _ in Response(status: .ok, body: stream(["hello ", "wide ", "world"])) }
            .failing(FaultSchedule { _, _ in [.bodyCut(after: bytes)] })
        var text = ""
        do {
            for try await chunk in try await transport.send(Request(.get, "/")).body {
                text += String(decoding: chunk, as: UTF8.self)
            }
            #expect(bytes >= whole.utf8.count)
        } catch {
            #expect((error as? TransportError)?.code == .disconnected && bytes < whole.utf8.count)
        }
        #expect(text == String(whole.prefix(bytes)))
    }

    @Test("a cut exchange was processed, a refused one was not")
    func processed() async throws {
        let script = ScriptedTransport { _ in .status(200) }
        let transport = script.failing(FaultSchedule { number, _ in number == 0 ? [.refused] : [.cut] })
        await #expect { try await transport.send(Request(.get, "/")) } throws: { ($0 as? TransportError)?.code == .unreachable }
        #expect(script.requests.isEmpty)
        await #expect { try await transport.send(Request(.get, "/")) } throws: { ($0 as? TransportError)?.code == .disconnected }
        #expect(script.requests.count == 1)
    }
}
