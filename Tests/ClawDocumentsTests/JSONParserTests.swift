import ClawDocuments
import Testing

@Suite("JSON text")
struct JSONParserTests {
    @Test(
        "values are read as written",
        arguments: [
            ("null", JSON.null), (" true\n", true), ("false", false), ("0", 0), ("-0", 0), ("-12", -12),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("1.5", 1.5),
            ("1e3", .double(1000)), ("1E-2", .double(0.01)), ("\"\"", ""), ("[]", []), ("{}", [:]),
            ("[ 1 , [ 2 ] , { } ]", [1, [2], [:]]), (#"{"a":{"b":[null]}}"#, ["a": ["b": [nil]]]),
        ] as [(String, JSON)])
    func valid(text: String, value: JSON) throws {
        #expect(try parse(text) == value)
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "nul", "nulll", "tru", "True", "+1", "01", "-", "-a", "1.", ".5", "1e", "1e+", "0x10", "NaN",
            "Infinity",
            "1 2", "[1,]", "[,]", "[1 2]", "[", "[1", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}",
            "{'a':1}",
            "{\"a\" 1}", "{1:1}", "\"", "\"a", "\"\\\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"a\nb\"",
            "\"\u{1}\"", "// no\n1", "1e999", "-1e999", "\u{FEFF}1", "\u{00A0}1",
        ])
    func invalid(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test("every escape is understood")
    func escapes() throws {
        #expect(try parse(#""\"\\\/\b\f\n\r\t""#) == "\"\\/\u{8}\u{C}\n\r\t")
        #expect(try parse(#""\u0041\u00e4\u20AC\u0000""#) == "Aä€\u{0}")
        #expect(try parse(#""before \ud83e\uDD80 after""#) == "before 🦀 after")
        #expect(try parse(#"{"\u006eame":1}"#) == ["name": 1])
    }

    @Test(
        "a surrogate that stands alone is refused",
        arguments: [#""\ud800""#, #""\ud800x""#, #""\udc00""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\ud83e\u0041""#])
    func surrogates(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test(
        "bytes that are not UTF-8 are refused, in values and in names",
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
        ] as [[UInt8]])
    func badUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONError.self) { try JSONParser.parse([quote] + bytes + [quote]) }
        #expect(throws: JSONError.self) { try JSONParser.parse(Array("{\"a".utf8) + bytes + Array("\":1}".utf8)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(Array("\"\\n".utf8) + bytes + [quote]) }
    }

    @Test("nesting is limited, and the limit itself is allowed")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try parse(nested(128))
        #expect(throws: JSONError.self) { try parse(nested(129)) }
        #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONError.self) { try parse(String(repeating: "{\"a\":", count: 1_000_000)) }
        _ = try parse("[" + Array(repeating: nested(127), count: 9).joined(separator: ",") + "]")
    }

    @Test("a text longer than the limit is refused before it is read")
    func length() {
        #expect(throws: JSONError.self) { try parse("[1,2,3]", limits: .init(bytes: 6)) }
        #expect((try? parse("[1,2,3]", limits: .init(bytes: 7))) == [1, 2, 3])
    }

    @Test("whole numbers beyond 64 bits become doubles")
    func hugeNumbers() throws {
        #expect(try parse("9223372036854775808") == .double(9_223_372_036_854_775_808))
        #expect(try parse("-9223372036854775809").integer == nil)
        #expect(try parse("123456789012345678901234567890").number == 1.2345678901234568e29)
        #expect(throws: JSONError.self) { try parse(String(repeating: "9", count: 600)) }
    }

    @Test("a name that stands twice keeps its last value in its first place")
    func duplicates() throws {
        #expect(write(try parse(#"{"name":1,"x":2,"name":3,"x":4,"kind":5}"#)) == #"{"name":3,"x":4,"kind":5}"#)
    }

    @Test("an object may have a few or thousands of names of its own", arguments: [15, 16, 17, 20, 2_000])
    func customNames(count: Int) throws {
        let text = "{" + (0..<count).map { "\"label-\($0)\":\($0)" }.joined(separator: ",") + "}"
        let value = try parse(text)
        #expect(value.object?.count == count)
        for number in 0..<count { #expect(value["label-\(number)"] == .integer(Int64(number))) }
        #expect(write(value) == text)
        let twice = try parse(text.dropLast() + ",\"label-0\":-1,\"label-\(count - 1)\":-2}")
        #expect(twice.object?.count == count)
        #expect(twice["label-0"] == -1)
        #expect(twice["label-\(count - 1)"] == -2)
    }

    @Test("names at the edge of the lookup's length are kept whole", arguments: 60...67)
    func longNames(length: Int) throws {
        let name = String(repeating: "n", count: length)
        #expect(try parse("{\"\(name)\":1}")[name] == 1)
    }

    @Test("no prefix of a document is a document, and none traps")
    func truncation() {
        let text = Array(#"{"metadata":{"name":"a\u00e4\n","labels":{"x":"é"}},"spec":[1.5e3,-2,true,null]}"#.utf8)
        for end in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONParser.parse(Array(text[..<end])) }
        }
        #expect(throws: Never.self) { try JSONParser.parse(text) }
    }

    @Test("the error says where")
    func offset() {
        #expect(throws: JSONError.self) { try parse("[1, x]") }
        do { _ = try parse("[1, x]") } catch let error as JSONError {
            #expect(error.offset == 4)
            #expect(error.description == "not JSON at byte 4: expected a value, found 'x'")
        } catch {}
    }
}
