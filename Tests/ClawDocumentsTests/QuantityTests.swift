import ClawDocuments
import Testing

@Suite("quantities")
struct QuantityTests {
    @Test(
        "amounts are exact",
        arguments: [
            ("0", 0), ("1", 1_000_000_000), ("0.1", 100_000_000), ("100m", 100_000_000), (".5", 500_000_000),
            ("5.", 5_000_000_000),
            ("1e3", 1_000_000_000_000), ("1E3", 1_000_000_000_000), ("1e-3", 1_000_000), ("2k", 2_000_000_000_000),
            ("1u", 1_000), ("1n", 1), ("0.5n", 1), ("-100m", -100_000_000), ("+2", 2_000_000_000),
            ("-0.1", -100_000_000),
            ("1.5Gi", 1_610_612_736_000_000_000), ("1Ki", 1_024_000_000_000), ("0.001Ki", 1_024_000_000),
            ("1M", 1_000_000_000_000_000), ("9223372036854775807", 9_223_372_036_854_775_807_000_000_000),
            ("16Ei", 18_446_744_073_709_551_616_000_000_000), ("1E", 1_000_000_000_000_000_000_000_000_000),
            ("000123", 123_000_000_000),
        ] as [(String, Int128)])
    func amounts(text: String, nanos: Int128) {
        #expect(Quantity(text)?.nanoUnits == nanos)
        #expect(Quantity(text)?.text == text)
    }

    @Test("amounts beyond the range are refused, those below a nano-unit rounded up, and none traps")
    func range() {
        func nanos(_ text: String) -> Int128? { Quantity(text)?.nanoUnits }
        #expect(nanos("0.000000000000000000000001e-27") == 1)
        #expect(nanos("0.000000000000000000000000e-27") == 0)
        #expect(nanos("999999999999999999999999e27") == nil)
        #expect(nanos("999999999999999999999999Ei") == nil)
        #expect(nanos("999999999999999999999999.999999999999999999999999") == nil)
        #expect(Quantity(json: "999999999999999999999999Ei")?.nanoUnits == nil)
        #expect(Quantity(json: "999999999999999999999999Ei")?.units == nil)
    }

    @Test(
        "nonsense is refused",
        arguments: [
            "", " ", "1 ", " 1", "m", ".", "-", "+", "1.2.3", "1mi", "1K", "1GI", "1Gb", "1e", "1e1.5", "1e3m", "--1",
            "+-1", "0x10",
            "1,5", "NaN", "inf", "١", "1e99", "1 Gi", "Gi1", "1e3Gi", "1e+-3",
        ])
    func nonsense(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test("equal amounts in different writings are the same amount, not the same value")
    func sameAmount() {
        #expect(("0.1" as Quantity).isSameAmount(as: "100m"))
        #expect(("1Gi" as Quantity).isSameAmount(as: "1024Mi"))
        #expect(("1e3" as Quantity).isSameAmount(as: "1k"))
        #expect("0.1" as Quantity != "100m")
        #expect(!("1G" as Quantity).isSameAmount(as: "1Gi"))
    }

    @Test("units and thousandths are rounded up")
    func rounding() {
        #expect(("100m" as Quantity).units == 1)
        #expect(("0" as Quantity).units == 0)
        #expect(("1500m" as Quantity).units == 2)
        #expect(("1.5Gi" as Quantity).units == 1_610_612_736)
        #expect(("0.1" as Quantity).milliUnits == 100)
        #expect(("1u" as Quantity).milliUnits == 1)
        #expect(("-1500m" as Quantity).units == -2)
    }

    @Test(
        "the canonical form is the one Kubernetes writes",
        arguments: [
            ("0.1", "100m"), ("1.5Gi", "1536Mi"), ("1024Mi", "1Gi"), ("1e3", "1e3"), ("1000", "1k"), ("1000m", "1"),
            ("0", "0"),
            ("1000000", "1M"), ("0.5Gi", "512Mi"), ("100Ki", "100Ki"), ("-100m", "-100m"), ("-1500m", "-1500m"),
            ("1.5", "1500m"),
            ("12e6", "12e6"), ("1500", "1500"), ("1023Ki", "1023Ki"), ("2048Ki", "2Mi"), ("0Gi", "0"), ("1E6", "1e6"),
            ("10e5", "1e6"),
            ("0.3Ki", "307200m"), ("1.0001Ki", "1024102400u"), ("5.1Gi", "5476083302400m"), ("1e-3", "1e-3"), ("1e0", "1"), ("3000E", "3000E"),
            ("0.5n", "1n"),
        ])
    func canonical(text: String, form: String) {
        #expect(Quantity(text)?.canonical?.text == form)
    }

    @Test("numbers in documents are taken, and written back as text")
    func json() {
        #expect(Quantity(json: 2)?.text == "2")
        #expect(Quantity(json: 1.5)?.text == "1.5")
        #expect(Quantity(json: "banana")?.nanoUnits == nil)
        #expect(Quantity(json: true) == nil)
        #expect(("500m" as Quantity).json == "500m")
    }
}
