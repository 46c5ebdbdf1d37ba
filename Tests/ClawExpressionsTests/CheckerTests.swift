import ClawDocuments
import Testing

@testable import ClawExpressions

@Suite("what is wrong with an expression")
struct CheckerTests {
    private static let schema: JSON = [
        "type": "object",
        "properties": [
            "name": ["type": "string", "maxLength": 10], "count": ["type": "integer"], "size": ["type": "number"],
            "list": ["type": "array", "items": ["type": "string"]],
            "map": ["type": "object", "additionalProperties": ["type": "integer"]],
            "when": ["type": "string", "format": "date-time"], "odd-name": ["type": "boolean"],
            "in": ["type": "string"],
            "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
        ],
    ]

    @Test(
        "messages and places are as cel-go prints them",
        arguments: [
            ("self.foo", "1:5: undefined field 'foo'\n | self.foo\n | ....^"),
            ("nobody", "1:1: undeclared reference to 'nobody' (in container '')\n | nobody\n | ^"),
            ("nothing(1)", "1:8: undeclared reference to 'nothing' (in container '')\n | nothing(1)\n | .......^"),
            (
                "self.count > 'x'",
                "1:12: found no matching overload for '_>_' applied to '(int, string)'\n | self.count > 'x'\n | ...........^"
            ),
            (
                "self.name.startsWith(1)",
                "1:21: found no matching overload for 'startsWith' applied to 'string.(int)'\n | self.name.startsWith(1)\n | ....................^"
            ),
            (
                "self.name && true",
                "1:5: expected type 'bool' but found 'string'\n | self.name && true\n | ....^"
            ),
            (
                "self.count.all(x, x)",
                "1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.count.all(x, x)\n | ....^"
            ),
            ("[1, 'a']", "1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"),
            ("[].foo", "1:3: type 'list(_var0)' does not support field selection\n | [].foo\n | ..^"),
            ("has(self)", "1:5: invalid argument to has() macro\n | has(self)\n | ....^"),
            (
                "self.list.all(x.y, true)",
                "1:16: argument must be a simple name\n | self.list.all(x.y, true)\n | ...............^"
            ),
            (
                "1 +",
                "1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', "
                    + "NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 1 +\n | ...^"
            ),
            ("1 2", "1:3: Syntax error: extraneous input '2' expecting <EOF>\n | 1 2\n | ..^"),
            ("for", "1:1: reserved identifier: for\n | for\n | ^"),
            ("duration('x')", "1:10: invalid duration argument\n | duration('x')\n | .........^"),
            ("'a'.matches('(')", "1:13: invalid matches argument\n | 'a'.matches('(')\n | ............^"),
        ])
    func messages(text: String, expected: String) throws {
        let error = #expect(throws: ExpressionError.self) { try compile(text) }
        #expect(error?.description == "ERROR: <input>:\(expected)")
    }

    @Test(
        "fields are typed as their schema says, under escaped names",
        arguments: [
            "self.name.size() < 3", "self.count < 3", "self.count < 3.5", "self.size > 1.0",
            "self.list.all(x, x == 'a')",
            "self.map.all(k, self.map[k] > 0)", "self.when < timestamp('2020-01-01T00:00:00Z')", "self.odd__dash__name",
            "self.__in__ == 'a'", "has(self.free)", "self.?name.orValue('a') == 'a'", "self.map[?'a'].hasValue()",
        ])
    func typed(text: String) throws { #expect(try compile(text).type == .bool) }

    @Test("values are read from the document as their schema says")
    func values() throws {
        let type = try #require(DeclaredType.schema(Self.schema, isResource: true))
        let document: JSON = [
            "metadata": ["name": "n", "labels": ["a": "b"]], "name": "x", "count": 3, "size": 2, "list": ["a", "b"],
            "map": ["one": 1], "when": "2020-01-01T00:00:00Z", "odd-name": true, "in": "here",
        ]
        for text in [
            "self.metadata.name == 'n'", "!has(self.metadata.generateName)", "self.size / 4.0 == 0.5",
            "self.list == ['a', 'b']",
            "self.map == {'one': 1}", "self.when.getFullYear() == 2020", "self.odd__dash__name",
            "self.__in__ == 'here'",
            "self.list.exists(x, x == 'b') && self.map.one == 1", "!has(self.free)", "self.?free == optional.none()",
        ] {
            var budget = Cost()
            let value = try compile(text).evaluate(Bindings(["self": Value(document, as: type)]), budget: &budget)
            #expect(value == .bool(true), "\(text)")
        }
    }

    @Test("what a rule may cost follows from the schema's limits")
    func estimates() throws {
        func cost(_ text: String) throws -> UInt64 { try compile(text).estimatedCost.max }
        #expect(try cost("self.name == 'abc'") == 3)
        #expect(try cost("self.list.all(x, x == 'abcdefghij')") > 1_000_000)
        #expect(try cost("self.count > 3") == 3)
    }

    private func compile(_ text: String) throws(ExpressionError) -> Expression {
        guard let type = DeclaredType.schema(Self.schema, isResource: true) else {
            throw ExpressionError([], in: [])
        }
        return try Expression.compile(text, in: Environment.kubernetes.declaring("self", as: type))
    }
}
