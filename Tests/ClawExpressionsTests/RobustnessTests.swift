import Testing

@testable import ClawExpressions

@Suite("any input")
struct RobustnessTests {
    @Test(
        "mutated expressions are refused or evaluated, and nothing is cut off by a crash",
        arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let sources = [
            Vectors.basic, Vectors.macros, Vectors.stringsExt, Vectors.parse, Vectors.kubernetes, Vectors.optionals,
        ]
        .flatMap { Vectors.read($0) }.map { Array($0.expression.unicodeScalars) }
        let alphabet = Array("()[]{}.,:?!-+*/%<>=&|'\"\\rbux0123456789aeinost_ \u{0}é😁".unicodeScalars)
        for _ in 0..<3_000 {
            guard var text = sources.randomElement(using: &random), !text.isEmpty else { continue }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0...text.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: if index < text.count { text.remove(at: index) }
                case 1: if let scalar = alphabet.randomElement(using: &random) { text.insert(scalar, at: index) }
                case 2:
                    if let other = sources.randomElement(using: &random) { text.insert(contentsOf: other, at: index) }
                default: text.removeSubrange(index...)
                }
            }
            _ = evaluate(String(String.UnicodeScalarView(text)))
        }
    }

    @Test("nesting, chains and repetitions without end are refused")
    func depth() {
        for text in [
            String(repeating: "(", count: 50_000), String(repeating: "[", count: 50_000),
            String(repeating: "!", count: 50_000) + "true", String(repeating: "-", count: 9_999) + "1",
            Array(repeating: "1", count: 20_000).joined(separator: "+"), String(repeating: "a.", count: 20_000) + "b",
            String(repeating: "true?", count: 20_000), String(repeating: "{1:", count: 20_000),
            String(repeating: "x", count: 200_000), "'a'.matches('" + String(repeating: "(", count: 2_000) + "')",
            "'a'.matches('((a{1000}){1000}){1000}')",
        ] {
            _ = evaluate(text)
        }
        #expect(evaluate(Array(repeating: "true", count: 5_000).joined(separator: " && ")) == .bool(true))
    }

    @Test("what costs too much is given up, soon")
    func limits() {
        let list = "[1,2,3,4,5,6,7,8,9,10]"
        let nested =
            "\(list).all(a, \(list).all(b, \(list).all(c, \(list).all(d, \(list).all(e, \(list).all(f, a+b+c+d+e+f > 0))))))"
        #expect(evaluate(nested) == nil)
        #expect(evaluate("'a'.matches('(a|a)*b')") == .bool(false))
        #expect(evaluate("lists.range(999999999)") == nil)
        let text = String(repeating: "a", count: 20_000)
        #expect(evaluate("'\(text)'.matches('(a*)*(a*)*b')") == .bool(false))
    }

    private func evaluate(_ text: String) -> Value? {
        guard let expression = try? Expression.compile(text, in: .everything.mixingTypes()) else { return nil }
        var budget = Cost()
        return try? expression.evaluate(Bindings(), budget: &budget)
    }
}

/// The same numbers for the same seed (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
