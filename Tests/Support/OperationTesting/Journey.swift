package import ClawPlatform

/// Three steps of which the second must not be done twice.
package func makeJourney(
    _ act: @escaping @Sendable (_ step: String, _ target: String) async throws -> Void
) -> OperationPlan<NoParameters> {
    OperationPlan("travel", on: "journey", taking: NoParameters.self) {
        OperationStep("pack") { try await act("pack", $0.target) }
        OperationStep("pay", isIdempotent: false) { try await act("pay", $0.target) }
        OperationStep("drive") { try await act("drive", $0.target) }
    }
}
