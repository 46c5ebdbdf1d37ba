import ClawBase
import Testing

@Suite("Queries and percent-encoding")
struct QueryTests {
    @Test("parameters keep their order and may repeat")
    func parsing() {
        let query = QueryParameters(parsing: "/x?a=1&b=two+words&a=3&flag&c=%C3%BC%3D&=")
        #expect(query.items.map(\.name) == ["a", "b", "a", "flag", "c", ""])
        #expect(query["b"] == "two words")
        #expect(query["a"] == "1")
        #expect(query["c"] == "ü=")
        #expect(query["none"] == nil)
    }

    @Test("flags are set by presence and unset by false or 0")
    func flags() {
        let query = QueryParameters(parsing: "?a&b=true&c=false&d=0&e=1")
        #expect(["a", "b", "c", "d", "e", "f"].map { query.flag($0) } == [true, true, false, false, true, false])
    }

    @Test("what is written is read back")
    func roundTrip() {
        var query: QueryParameters = ["labelSelector": "app in (a,b),x!=1", "leer": "", "ü&=": "+%"]
        #expect(QueryParameters(parsing: "?\(query)") == query)
        query["leer"] = nil
        #expect(query.items.count == 2)
    }

    @Test("unreserved characters stay, the rest is escaped unless allowed")
    func percent() {
        #expect(Percent.encode("az-AZ_09.~ /ü") == "az-AZ_09.~%20%2F%C3%BC")
        #expect(Percent.encode("a/b", allowing: "/") == "a/b")
    }

    @Test("a malformed escape stays as it is", arguments: ["%", "%1", "%zz", "a%2", "100%"])
    func malformed(text: String) { #expect(Percent.decode(text) == text) }

    @Test("an escape at the very end is decoded")
    func end() { #expect(Percent.decode("a%41") == "aA") }
}
