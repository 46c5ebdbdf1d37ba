import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

/// Each expected value is what `kubectl patch --local -o json` (1.37) made of the same text.
@Suite("Plain scalars, as kubectl reads them")
struct PlainScalarTests {
    private func value(_ text: String) throws -> JSON? { try Manifest.parse("k: \(text)\n", source: "").first?["k"] }

    @Test(
        "booleans: YAML 1.1's words",
        arguments: ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
    func yes(text: String) throws { #expect(try value(text) == true) }

    @Test(
        "booleans that are false",
        arguments: ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
    func no(text: String) throws { #expect(try value(text) == false) }

    @Test("null", arguments: ["", "~", "null", "Null", "NULL", "!!null ''"])
    func null(text: String) throws { #expect(try value(text) == .some(.null)) }

    @Test(
        "whole numbers in four notations",
        arguments: [
            ("0", 0), ("-0", 0), ("00", 0), ("12", 12), ("+12", 12), ("-12", -12), ("010", 8), ("-010", -8), ("0_7", 7),
            ("0o10", 8),
            ("-0o17", -15), ("0x1F", 31), ("-0x10", -16), ("0x_1", 1), ("0b101", 5), ("+0b1", 1), ("-0b101", -5),
            ("1_000", 1000),
            ("1__0", 10), ("09", 9), ("1_", 1), ("1.0", 1), ("5.", 5), ("1e3", 1000), ("1E3", 1000), ("1e+3", 1000),
            ("1.e5", 100000),
            ("-9223372036854775808", .min), ("-0x8000000000000000", .min), ("0777777777777777777777", .max),
            ("!!int '12'", 12),
            ("!!float 1", 1), ("-0.0", 0), ("0.", 0), ("1e-400", 0),
        ] as [(String, Int64)])
    func integers(text: String, number: Int64) throws {
        guard case .integer(number)? = try value(text) else {
            Issue.record("\(text) became \(try value(text)?.description ?? "nothing")")
            return
        }
    }

    @Test(
        "numbers with a fraction, or too large",
        arguments: [
            ("1.5", 1.5), ("+1.5", 1.5), (".5", 0.5), ("+.5", 0.5), ("-.5e-3", -0.0005), ("1_0.5", 10.5), (".5_0", 0.5),
            ("08.5", 8.5),
            ("6.0e23", 6e23), ("1e100", 1e100), ("12345678901234567890", 12345678901234567168),
            ("0xFFFFFFFFFFFFFFFF", 0x1p64),
            ("0x8000000000000000", 0x1p63), ("123456789012345678901234567890", 1.2345678901234568e29), ("1e3_0", 1e30),
        ])
    func fractions(text: String, number: Double) throws {
        guard case .double(let found)? = try value(text) else {
            Issue.record("\(text) became \(try value(text)?.description ?? "nothing")")
            return
        }
        #expect(found == number)
    }

    @Test(
        "everything else is text",
        arguments: [
            "tRue", "nULL", "1:30", "1:30.5", "0b", "0x", "0b12", "0o8", "0xg", "_1", "+", "-.", ".", "--1", "1-2",
            "1e", "1e400", "0x1p4",
            ".5.5", ".e5", "infinity", "nan", "inf", "2001-12-14", "2001-12-14t21:59:43.10-05:00", "=", "<<", "1.2.3",
            "10.0.0.1",
            "-0x8000000000000001", "nginx:1.27", "500m", "2Gi", "a b", "yes please", "ü",
        ])
    func texts(text: String) throws { #expect(try value(text) == .string(text)) }

    @Test("infinity and NaN have no JSON", arguments: [".inf", "-.inf", "+.INF", ".nan", ".NaN"])
    func notFinite(text: String) { #expect(throws: Finding.self) { try value(text) } }

    @Test("explicit types hold, or are refused")
    func tags() throws {
        #expect(try value("!!str 12") == "12")
        #expect(try value("!!bool 'yes'") == true)
        #expect(try value("!!binary aGVsbG8=") == "hello")
        #expect(try value("!!timestamp 2001-01-01") == "2001-01-01")
        #expect(try value("!custom 12") == "12")
        #expect(try value("!custom {a: 1}") == ["a": 1])
        for text in ["!!int abc", "!!int 1.5", "!!float abc", "!!bool maybe", "!!null x", "!!binary '!!'"] {
            #expect(throws: Finding.self) { try value(text) }
        }
    }
}
