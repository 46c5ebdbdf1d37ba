import Testing

@testable import ClawDocuments

@Suite("values known beforehand")
struct KnownValuesTests {
    static let texts = KnownTexts.shared.texts

    @Test("no text is in the list twice, and none needs an escape or is too long to be looked up fast")
    func list() {
        #expect(Set(Self.texts).count == Self.texts.count)
        for text in Self.texts {
            #expect(text.utf8.count < 64, "\(text)")
            #expect(JSON.string(text).description == "\"\(text)\"")
        }
    }

    @Test("each is read, compared and written like any other string")
    func roundTrip() throws {
        for text in Self.texts {
            // With room behind it, where texts are looked up, and at the end, where they are copied.
            let padded = try parse(#"{"type":"\#(text)","rest":"\#(String(repeating: ".", count: 99))"}"#)
            let short = try parse(#"{"type":"\#(text)"}"#)
            let value = padded.object?["type"]
            #expect(value == .string(text))
            #expect(value == short.object?["type"])
            #expect(short.description == #"{"type":"\#(text)"}"#)
            #expect(value.map { Set([$0, .string(text)]).count } == 1)
        }
    }

    @Test("what only begins like a known value, or is spelled with escapes, keeps its own text")
    func nearMisses() throws {
        for text in Self.texts {
            for (written, meant) in [
                ("\(text)x", "\(text)x"), (String(text.dropLast()), String(text.dropLast())),
                ("\(text)é", "\(text)é"), ("\\u00\(String(text.utf8.first ?? 0, radix: 16))\(text.dropFirst())", text),
            ] {
                let tail = String(repeating: ".", count: 99)
                let json = try parse(#"{"type":"\#(text)","type2":"\#(written)","rest":"\#(tail)"}"#)
                #expect(json.object?["type2"] == .string(meant), "\(written)")
            }
        }
    }

    @Test("a field with many unknown values between known ones reads the same throughout")
    func patience() throws {
        let values = (0..<400).map { $0 % 7 == 0 || $0 > 300 ? Self.texts[$0] : "value-\($0)" }
        let text = JSON.array(values.map { ["status": .string($0), "list": [.string($0)]] }).description
        let json = try parse(text)
        #expect(json.description == text)
        #expect(json.array?.compactMap { $0.object?["status"]?.string } == values)
    }
}
