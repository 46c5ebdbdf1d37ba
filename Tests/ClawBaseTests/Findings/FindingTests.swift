import ClawBase
import Testing

@Suite("Findings")
struct FindingTests {
    @Test("a finding is written as JSON with everything escaped")
    func json() {
        let finding = Finding(
            .badName, "Say \"x\"\nand \\.", field: "a.b", details: ["z": "1", "a": "\u{1}"])
        #expect(
            String(decoding: finding.encodedBytes(), as: UTF8.self)
                == #"{"code":"E_NAME","message":"Say \"x\"\u000aand \\.","field":"a.b","details":{"a":"\u0001","z":"1"}}"#
        )
        #expect(
            String(decoding: Finding(.badName, "m").encodedBytes(), as: UTF8.self)
                == #"{"code":"E_NAME","message":"m"}"#)
    }

    @Test(
        "a slip of the pen finds the name that was meant, anything else finds none",
        arguments: [
            ("dialet", "dialect"), ("Dialect", "dialect"), ("base_url", "baseURL"), ("wieght", "weight"),
            ("mdoel", "model"),
            ("colour", nil), ("x", nil), ("", nil),
        ])
    func nearest(_ name: String, _ meant: String?) {
        #expect(NearestName.nearest(to: name, in: ["dialect", "baseURL", "model", "key", "weight"]) == meant)
    }
}
