import ClawDocuments
import Testing

@Suite("Sums and order of quantities")
struct QuantityArithmeticTests {
    @Test("a sum is canonical, in the family of the first operand", arguments: [
        ("500m", "500m", "1"), ("1Gi", "512Mi", "1536Mi"), ("1Gi", "500M", "1573741824"), ("0", "1Ki", "1Ki"),
        ("0.1", "0.2", "300m"), ("1e3", "1", "1001"), ("-1", "1", "0"),
    ])
    func sums(_ a: String, _ b: String, _ sum: String) throws {
        let (a, b) = (try #require(Quantity(a)), try #require(Quantity(b)))
        #expect((a + b)?.text == sum)
    }

    @Test("differences, multiples and totals")
    func others() {
        #expect((("2" as Quantity) - "500m")?.text == "1500m")
        #expect((("250m" as Quantity) * 8)?.text == "2")
        #expect((["1Gi", "1Gi", "512Mi"] as [Quantity]).sum()?.text == "2560Mi")
        #expect(([] as [Quantity]).sum() == .zero)
    }

    @Test("amounts compare, however they are written")
    func order() {
        #expect(("999m" as Quantity) < "1" && ("1Gi" as Quantity) > "1G" && ("1000m" as Quantity) <= "1")
        #expect(!(("1" as Quantity) < "1000m") && !(("1" as Quantity) > "1000m"))
    }

    @Test("what is no quantity has no sum and no order")
    func invalid() throws {
        let bad = try #require(Quantity(json: "lots"))
        #expect(bad + "1" == nil && [bad].sum() == nil && !(bad < "1") && !(bad >= "1"))
    }
}
