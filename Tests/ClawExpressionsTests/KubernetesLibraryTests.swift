import Testing

@testable import ClawExpressions

@Suite("Kubernetes' function libraries")
struct KubernetesLibraryTests {
    @Test("addresses, quantities, versions and formats answer as Kubernetes' own tests want")
    func vectors() {
        for vector in Vectors.read(Vectors.kubernetes) {
            let got = Result { try evaluate(vector.expression) }
            if vector.expected == "!" {
                #expect(throws: (any Error).self, "\(vector.testDescription)") { try got.get() }
            } else {
                #expect((try? got.get()) == (try? evaluate(vector.expected)), "\(vector.testDescription): \(got)")
            }
        }
    }

    @Test("costs are estimated and counted as Kubernetes' own tests want")
    func costs() throws {
        for vector in Vectors.read(Vectors.costs) {
            let numbers = vector.expected.split(separator: " ").compactMap { UInt64($0) }
            let expression = try Expression.compile(
                vector.expression,
                in: Environment.kubernetes.mixingTypes().declaring("authorizer", AuthorizerValue.expressionType))
            #expect(
                expression.estimatedCost == CostEstimate(numbers[0], numbers[1]),
                "\(vector.expression): \(numbers), got \(expression.estimatedCost)")
            var budget = Cost()
            _ = try? expression.evaluate(
                Bindings(["authorizer": .opaque(AuthorizerValue(EverythingAllowed()))]), budget: &budget)
            #expect(budget.used == Int(numbers[2]), "\(vector.expression): costs \(numbers[2]), got \(budget.used)")
        }
    }

    private func evaluate(_ text: String) throws -> Value {
        var budget = Cost()
        return try Expression.compile(text, in: .kubernetes).evaluate(Bindings(), budget: &budget)
    }
}

private struct EverythingAllowed: ExpressionAuthorizer {
    func decide(_ question: AuthorizationQuestion) -> AuthorizationDecision { AuthorizationDecision(isAllowed: true) }
}
