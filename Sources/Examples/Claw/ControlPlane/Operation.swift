import ClawBase
import ClawDocuments

/// An operation as the API shows it.
struct Operation: Sendable {
    let json: JSON
    let id: String

    /// Reads an object with an `id`, or just the id.
    init?(_ json: JSON?) {
        guard let json, let id = json["id"]?.string ?? json.string else { return nil }
        (self.json, self.id) = (json.object == nil ? ["id": .string(id)] : json, id)
    }

    struct Step: Sendable, Equatable {
        let name: String
        let state: String
        let message: String?
    }

    var action: String { json.text("action") }
    var target: String { json.text("target") }
    var state: String { json.text("state") }

    var steps: [Step] {
        (json["steps"]?.array ?? []).map { step in
            Step(name: step.text("name"), state: step.text("state"), message: step["message"]?.string)
        }
    }

    /// How much of it is done, from 0 to 1: all steps count alike, and the one under way as far as it says.
    var progress: Double {
        let steps = json["steps"]?.array ?? []
        let done = steps.reduce(0) { sum, step in
            sum + (step.text("state") == "succeeded" ? 1 : min(1, max(0, step["progress"]?.number ?? 0)))
        }
        return steps.isEmpty ? 0 : done / Double(steps.count)
    }

    /// Whether waiting longer is of no use. `needsAttention` goes on only after somebody has acted.
    var hasEnded: Bool { ["succeeded", "failed", "cancelled", "needsAttention"].contains(state) }

    /// - Throws: ``Failure`` where it ended in any other way than well.
    func check() throws(Failure) {
        if state == "succeeded" { return }
        if let finding = Finding(answer: json["error"]) { throw Failure(.failed, finding) }
        let mend = state == "needsAttention" ? "see 'claw operation show \(id)'" : "try again"
        throw Failure(.failed, .operation, "the operation \(id) ended as \(state.isEmpty ? "unknown" : state); \(mend)")
    }
}

extension FindingCode {
    /// An operation did not succeed and gave no finding of its own.
    static let operation = FindingCode(rawValue: "E_OPERATION")
}
