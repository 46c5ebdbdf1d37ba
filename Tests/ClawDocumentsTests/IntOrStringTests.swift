import ClawDocuments
import Testing

@Suite("numbers or names")
struct IntOrStringTests {
    @Test("both forms are read and written as they are")
    func forms() {
        #expect(IntOrString(json: 80) == .int(80))
        #expect(IntOrString(json: "http") == .string("http"))
        #expect(IntOrString(json: "80") == .string("80"))
        #expect(IntOrString(json: true) == nil)
        #expect(IntOrString(json: 1.5) == nil)
        #expect((80 as IntOrString).json == 80)
        #expect(("25%" as IntOrString).json == "25%")
        #expect("\(8080 as IntOrString)" == "8080")
    }

    @Test("a percentage is scaled to a total, rounded as asked")
    func scaling() {
        #expect(("25%" as IntOrString).scaled(to: 10, roundingUp: true) == 3)
        #expect(("25%" as IntOrString).scaled(to: 10, roundingUp: false) == 2)
        #expect((4 as IntOrString).scaled(to: 10, roundingUp: true) == 4)
        #expect(("100%" as IntOrString).scaled(to: 7, roundingUp: false) == 7)
        #expect(("0%" as IntOrString).scaled(to: 7, roundingUp: true) == 0)
        #expect(("http" as IntOrString).scaled(to: 7, roundingUp: true) == nil)
        #expect(("%" as IntOrString).scaled(to: 7, roundingUp: true) == nil)
    }
}
