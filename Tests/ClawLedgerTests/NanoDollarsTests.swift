import Testing

@testable import ClawLedger

@Suite("Money")
struct NanoDollarsTests {
    @Test(
        "is read and written as decimal dollars",
        arguments: [("0.45", 450_000_000), ("0", 0), ("-1", -1_000_000_000), ("12.000000001", 12_000_000_001)])
    func texts(text: String, nanos: Int64) {
        #expect(NanoDollars(text) == NanoDollars(nanos: nanos))
        #expect(NanoDollars(nanos: nanos).description == text)
    }

    @Test(
        "what is no amount of whole billionths is refused",
        arguments: ["", "-", ".", "1.", ".5", "1e3", "0.0000000001", "1,5", "99999999999", "+1", "1.2.3", "٣"])
    func refused(text: String) {
        #expect(NanoDollars(text) == nil)
    }

    @Test("sums stay at the largest amount instead of wrapping around")
    func saturation() {
        #expect(NanoDollars(nanos: .max) + NanoDollars(nanos: 1) == NanoDollars(nanos: .max))
        #expect(NanoDollars(nanos: .min) - NanoDollars(nanos: 1) == NanoDollars(nanos: .min))
    }

    @Test("an answer that a rest can bear costs at most that rest, and one token more costs more than it")
    func bound() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let price = Int64.random(in: 1...1_000_000_000_000, using: &random)
            let rest = Int64.random(in: 0...100_000_000_000_000, using: &random)
            let bound = SpendingBound(
                fixed: Amounts(cost: NanoDollars(nanos: rest / 3)), nanosPerMillion: price, wanted: 1_000_000_000)
            guard let tokens = bound.affordable(rest, .cost) else { continue }
            #expect(bound.amounts(forTokens: tokens).cost.nanos <= rest)
            if tokens < bound.wanted { #expect(bound.amounts(forTokens: tokens + 1).cost.nanos > rest) }
        }
    }
}
