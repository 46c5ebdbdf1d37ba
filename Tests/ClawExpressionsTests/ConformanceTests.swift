import Testing

@testable import ClawExpressions

@Suite("the standard's conformance tests")
struct ConformanceTests {
    @Test(
        "basics, fields, macros and parsing",
        arguments: [
            ("basic", Vectors.basic), ("fields", Vectors.fields), ("lists", Vectors.lists), ("logic", Vectors.logic),
            ("macros", Vectors.macros), ("macros of two variables", Vectors.macros2), ("parse", Vectors.parse),
            ("plumbing", Vectors.plumbing), ("optionals", Vectors.optionals),
        ])
    func language(area: String, vectors: String) { check(vectors) }

    @Test(
        "numbers, comparisons and conversions",
        arguments: [
            ("comparisons", Vectors.comparisons), ("conversions", Vectors.conversions), ("doubles", Vectors.fpMath),
            ("whole numbers", Vectors.integerMath), ("math", Vectors.math),
        ])
    func numbers(area: String, vectors: String) { check(vectors) }

    @Test(
        "strings, times and base 64",
        arguments: [
            ("strings", Vectors.strings), ("strings, extended", Vectors.stringsExt), ("times", Vectors.timestamps),
            ("encoders", Vectors.encoders),
        ])
    func texts(area: String, vectors: String) { check(vectors) }

    private func check(_ text: String) {
        for vector in Vectors.read(text) {
            let got = outcome(vector)
            let expected = vector.expected == "!" ? nil : value(vector.expected)
            if vector.expected != "!", expected == nil { Issue.record("not a value: \(vector.expected)") }
            switch (got, expected) {
            case (.success(let value), let expected?):
                #expect(same(value, expected), "\(vector.testDescription): got \(value)")
            case (.failure, nil): break
            case (.success(let value), nil): Issue.record("\(vector.testDescription): got \(value)")
            case (.failure(let error), _):
                // Without types, it would have had a value.
                if !vector.isUnchecked { Issue.record("\(vector.testDescription): \(error)") }
            }
        }
    }

    private struct Problem: Error { let text: String }

    private func outcome(_ vector: Vectors) -> Result<Value, Problem> {
        var environment = Environment.everything.mixingTypes()
        var bindings = Bindings()
        for (name, text) in vector.bindings {
            environment = environment.declaring(name, .dyn)
            bindings[name] = value(text)
        }
        do {
            let expression = try Expression.compile(vector.expression, in: environment)
            var budget = Cost()
            return .success(try expression.evaluate(bindings, budget: &budget))
        } catch {
            return .failure(Problem(text: "\(error)"))
        }
    }

    private func value(_ literal: String) -> Value? {
        var budget = Cost()
        return try? Expression.compile(literal, in: .everything.mixingTypes()).evaluate(Bindings(), budget: &budget)
    }

    private func same(_ a: Value, _ b: Value) -> Bool {
        if case .double(let x) = a, case .double(let y) = b, x.isNaN, y.isNaN { return true }
        return a == b && a.type.name == b.type.name
    }
}
