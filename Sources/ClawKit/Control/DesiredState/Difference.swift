import ClawDocuments

/// Whether a live document already is what is desired.
enum Difference {
    /// True where every member of `desired` stands in `live` with the same value; what else `live` has (defaults,
    /// status, other managers' fields) does not matter. Lists must have the same elements in the same order.
    static func isSatisfied(_ desired: JSON, by live: JSON) -> Bool {
        switch (desired, live) {
        case (.object(let desired), .object(let live)):
            desired.allSatisfy { name, value in
                guard let found = live[name] else { return isNothing(value) }
                return isSatisfied(value, by: found)
            }
        case (.array(let desired), .array(let live)):
            desired.count == live.count && zip(desired, live).allSatisfy { isSatisfied($0, by: $1) }
        default: desired == live
        }
    }

    /// Servers drop empty lists and maps.
    private static func isNothing(_ value: JSON) -> Bool {
        switch value {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.isEmpty
        default: false
        }
    }
}
