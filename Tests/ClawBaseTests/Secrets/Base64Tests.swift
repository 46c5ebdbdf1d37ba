import ClawBase
import FoundationEssentials
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test("of any bytes is what others write, and reads back", arguments: 0..<40)
    func roundTrip(length: Int) throws {
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255) }
        let text = Base64.encode(bytes)
        #expect(text == Data(bytes).base64EncodedString())
        #expect(Base64.decode(text) == bytes)
        let urlText = Base64URL.encode(bytes)
        #expect(urlText == text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
        #expect(Base64URL.decode(urlText) == bytes)
        #expect(Base64URL.decode(urlText + String(repeating: "=", count: (4 - urlText.utf8.count % 4) % 4)) == bytes)
    }

    @Test(
        "is refused with a foreign character or an impossible length",
        arguments: [
            "A", "AA", "AAA", "AA=", "AAAA=", "AAAA==", "AA==AA==", "AA\n==", "AAA-", "====", "A===", "é===", "AA===",
        ])
    func malformed(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(
        "URL-safe, is refused with the standard alphabet's own characters",
        arguments: ["A", "AAA+", "AAA/", "AAAAA", "A="])
    func malformedURL(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
