import ClawDialects
@testable import ClawGateway
import ClawLedger
import Synchronization
import Testing

/// What a rule makes of a stream's events.
@Suite("A rule's look at a stream")
struct AnswerFilterTests {
    private let context = GuardContext(model: "m", subject: UsageSubject(), approvedTools: [])

    /// The text cut at random, through a rule; what came out until a refusal, and the refusal.
    private func stream(
        _ text: String, _ rule: any Guardrail, most: Int = 9
    ) -> (out: String, refusal: GuardrailRefusal?, passed: [StreamEvent]) {
        var filter = AnswerFilter(rule, window: rule.answerWindow ?? 0, context)
        var events: [StreamEvent] = [.start(StreamStart()), .partStart(0, .text)]
        var rest = text[...]
        while !rest.isEmpty {
            let piece = rest.prefix(.random(in: 1...most))
            events.append(.partDelta(0, .text(String(piece))))
            rest = rest.dropFirst(piece.count)
        }
        events += [.partStop(0), .usage(TokenUsage(input: 1, output: 1)), .finish(.stop)]
        var passed: [StreamEvent] = []
        do throws(GuardrailRefusal) {
            for event in events { passed += try filter.pass([event]) }
            return (Self.text(passed), nil, passed)
        } catch { return (Self.text(passed), error, passed) }
    }

    private static func text(_ events: [StreamEvent]) -> String {
        events.reduce("") { text, event in
            if case .partDelta(_, .text(let piece)) = event { text + piece } else { text }
        }
    }

    private static let words = [
        "Write", "to", "ada@example.co.uk", "or", "call", "+49 30 1234567,", "not", "4111 1111 1111 1111.", "漢字かな交じり文",
        "DE89 3704 0044 0532 0130 00", "nothing", "4111 1111 1111 1112", "\n", "🧑‍🚀", "x.y@z", "(a@b.de)", "end_of@line",
        "\"quoted\"", "2026-11-22", "l'été",
    ]

    @Test("however a text is cut, what comes out is what a whole text becomes")
    func masked() throws {
        let key = try PatternRule("keys", pattern: "sk-[a-z0-9]{4,}", replacement: "[key]", on: .answers, window: 64)
        let personal = PersonalDataRule(on: .answers, window: 64)
        for _ in 0..<150 {
            var words = (0..<Int.random(in: 0...60)).map { _ in Self.words.randomElement() ?? "" }
            words.insert("sk-" + String(repeating: "a", count: .random(in: 2...40)), at: .random(in: 0...words.count))
            // Numbers that follow each other with a blank alone could be read as one.
            let text = words.joined(separator: " / ")
            #expect(stream(text, personal).out == personal.masked(text))
            let whole = text.replacing(#/sk-[a-z0-9]{4,}/#, with: "[key]")
            #expect(stream(text, key).out == whole)
        }
    }

    @Test("nothing of what is forbidden goes out before it is found, and all that stands well before it does")
    func refused() throws {
        let rule = try PatternRule("secret", pattern: #"\bswordfish [0-9]{4}\b"#, on: .answers, window: 32)
        for _ in 0..<100 {
            let before = String(repeating: "so it is said ", count: .random(in: 0...20))
            let (out, refusal, _) = stream("\(before)swordfish 1234 and more of it, and more.", rule)
            #expect(refusal?.code == "guardrail_refused")
            #expect(before.hasPrefix(out) && before.count - out.count <= 32 + 5)
            // Five digits are no match, though four of them were there for a while.
            let harmless = "\(before)swordfish 12345 and more of it."
            #expect(stream(harmless, rule, most: 2).out == harmless)
        }
    }

    @Test("what goes on without an end is held back up to a limit, and refused there; a long word is not")
    func bounded() throws {
        let rule = try PatternRule("run", pattern: "a+", replacement: "[a]", on: .answers, window: 16)
        let (out, refusal, _) = stream("Well, " + String(repeating: "a", count: 70_000), rule, most: 500)
        #expect(out == "Well, " && refusal?.message.contains("no end") == true)
        let word = String(repeating: "字", count: 3000)
        let passed = stream(word, rule).passed
        #expect(stream(word, rule).out == word)
        let longest = passed.reduce(0) { longest, event in
            if case .partDelta(_, .text(let piece)) = event { max(longest, piece.utf8.count) } else { longest }
        }
        #expect(longest < 1500)
    }

    @Test("however long something is held back, the rule looks at it a bounded number of times")
    func frugal() {
        final class Looks: Guardrail, Sendable {
            let name = "all"
            let answerWindow: Int? = 16
            let count = Atomic(0)
            func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {
                count.add(1, ordering: .relaxed)
                answer.replace { [TextMatch($0.startIndex..<$0.endIndex, "[all]")] }
            }
        }
        let rule = Looks()
        #expect(stream(String(repeating: "word ", count: 12_000), rule, most: 5).out == "[all]")
        #expect(rule.count.load(ordering: .relaxed) < 2048 / 2 + 100)
    }

    @Test("parts that come at the same time are kept apart, and end with their own words")
    func parts() throws {
        var filter = AnswerFilter(PersonalDataRule(on: .answers), window: 64, context)
        let events: [StreamEvent] = [
            .partStart(0, .toolCall(id: "1", name: "mail")), .partStart(1, .toolCall(id: "2", name: "mail")),
            .partDelta(0, .arguments(#"{"to":"a@"#)), .partDelta(1, .arguments(#"{"to":"nobody"#)),
            .partDelta(0, .arguments(#"b.de"}"#)), .partDelta(1, .arguments("\"}")), .partStop(1), .partStop(0),
            .partStart(2, .reasoning), .partDelta(2, .reasoning("Is c@d.fr right?")), .partDelta(2, .signature("proof")),
            .partStop(2), .partStart(3, .reasoning), .partDelta(3, .reasoning("No.")), .partDelta(3, .signature("proof")),
            .partStop(3), .finish(.toolCalls),
        ]
        var passed: [StreamEvent] = []
        for event in events { passed += try filter.pass([event]) }
        #expect(
            passed == [
                .partStart(0, .toolCall(id: "1", name: "mail")), .partStart(1, .toolCall(id: "2", name: "mail")),
                .partDelta(1, .arguments(#"{"to":"nobody"}"#)), .partStop(1),
                .partDelta(0, .arguments(#"{"to":"[email]"}"#)), .partStop(0), .partStart(2, .reasoning),
                // What proves other words is left out.
                .partDelta(2, .reasoning("Is [email] right?")), .partStop(2), .partStart(3, .reasoning),
                .partDelta(3, .reasoning("No.")), .partDelta(3, .signature("proof")), .partStop(3), .finish(.toolCalls),
            ])
    }
}
