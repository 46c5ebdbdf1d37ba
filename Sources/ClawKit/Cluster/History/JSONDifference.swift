public import ClawDocuments

/// What differs between two documents, place by place.
///
///     spec.replicas: 1 → 3
///     metadata.labels.team: absent → "red"
public struct JSONDifference: Sendable, Hashable, CustomStringConvertible {
    public struct Change: Sendable, Hashable, CustomStringConvertible {
        /// `spec.containers[0].image`
        public let path: String
        /// nil where it was not there.
        public let before: JSON?
        /// nil where it is not there any more.
        public let after: JSON?
        public var description: String {
            "\(path): \(before?.description ?? "absent") → \(after?.description ?? "absent")"
        }
    }

    /// Sorted by path.
    public let changes: [Change]

    public var isEmpty: Bool { changes.isEmpty }
    public var description: String { changes.map(\.description).joined(separator: "\n") }

    /// - Parameter ignoringBookkeeping: leaves out `metadata.resourceVersion`, `generation` and `managedFields`.
    public init(_ before: JSONObject, _ after: JSONObject, ignoringBookkeeping: Bool = true) {
        var changes: [Change] = []
        Self.collect(.object(before), .object(after), "", &changes)
        let bookkeeping = ["metadata.resourceVersion", "metadata.generation", "metadata.managedFields"]
        if ignoringBookkeeping {
            changes.removeAll { change in
                bookkeeping.contains { change.path == $0 || change.path.hasPrefix("\($0)[") || change.path.hasPrefix("\($0).") }
            }
        }
        self.changes = changes.sorted { $0.path < $1.path }
    }

    private static func collect(_ before: JSON?, _ after: JSON?, _ path: String, _ changes: inout [Change]) {
        if before == after { return }
        switch (before, after) {
        case (.object(let a)?, .object(let b)?):
            for name in Set(a.map(\.name)).union(b.map(\.name)) {
                collect(a[name], b[name], path.isEmpty ? name : "\(path).\(name)", &changes)
            }
        case (.array(let a)?, .array(let b)?):
            for index in 0..<max(a.count, b.count) {
                collect(
                    index < a.count ? a[index] : nil, index < b.count ? b[index] : nil, "\(path)[\(index)]", &changes)
            }
        default: changes.append(Change(path: path, before: before, after: after))
        }
    }
}
