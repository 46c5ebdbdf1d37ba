public import ClawBase

extension PlatformStore {
    /// Begins an operation, or returns the one the same actor already began with the same idempotency key.
    /// - Throws: ``Finding`` (`E_ACTION_CONFLICT`) where another is under way on the target; `details.operation`
    ///   is its id. `E_BAD_REQUEST` where the idempotency key was used for something else.
    public func begin(_ operation: Operation) async throws -> (operation: Versioned<Operation>, isNew: Bool) {
        if let same = try await earlier(operation) { return (same, false) }
        do {
            return (try await create(operation), true)
        } catch let finding as Finding where finding.code == .alreadyExists {
            // Somebody else was faster; with the same key it is the same wish.
            if let same = try await earlier(operation) { return (same, false) }
            guard finding.details["index"] == Operation.activeIndex, let other = finding.details["key"] else {
                throw finding
            }
            throw Finding(
                .conflict, "Operation \(other) is under way on \(operation.target); wait for its end or cancel it.",
                details: ["operation": other])
        }
    }

    /// The operation under way on a target.
    public func activeOperation(on target: String) async throws -> Versioned<Operation>? {
        try await find(Operation.self, Operation.activeIndex, target)
    }

    /// Operations on a target, newest first.
    public func operations(on target: String, limit: Int = 100) async throws -> [Versioned<Operation>] {
        try await list(index: (Operation.targetIndex, target), limit: limit, isDescending: true)
    }

    private func earlier(_ operation: Operation) async throws -> Versioned<Operation>? {
        try await earlier(
            actor: operation.actor, key: operation.idempotencyKey, action: operation.action, target: operation.target)
    }

    /// What the same actor began with the same idempotency key.
    /// - Throws: ``Finding`` (`E_BAD_REQUEST`) where that was something else.
    func earlier(actor: String, key: String?, action: String, target: String) async throws -> Versioned<Operation>? {
        guard let key else { return nil }
        let value = Operation.idempotencyValue(actor: actor, key: key)
        guard let found = try await find(Operation.self, Operation.idempotencyIndex, value) else { return nil }
        guard found.record.target == target, found.record.action == action else {
            throw Finding(
                .badRequest,
                "Idempotency key '\(key.prefix(80))' was used for \(found.record.action) of "
                    + "\(found.record.target); use a new one.", field: "Idempotency-Key")
        }
        return found
    }
}

/// Ids that sort by the time they were made: 13 hexadecimal digits of microseconds, then 48 random bits.
public enum RecordID {
    public static func make(at time: Timestamp) -> String {
        let digits = String(UInt64(max(0, time.nanoseconds / 1000)), radix: 16)
        var generator = SystemRandomNumberGenerator()
        let random = (0..<6).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return String(repeating: "0", count: max(0, 13 - digits.count)) + digits + "-" + Hex.encode(random)
    }
}
