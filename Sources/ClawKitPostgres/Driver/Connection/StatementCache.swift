/// The statements that are prepared on one connection, the most recently used ones.
struct StatementCache {
    final class Prepared {
        /// With a NUL at its end.
        let name: [CChar]
        let key: String
        let types: [PostgresType]
        var columns: PostgresColumns?
        var lastUse: UInt64 = 0

        init(name: String, key: String, types: [PostgresType]) {
            self.name = Array(name.utf8CString)
            (self.key, self.types) = (key, types)
        }

        func matches(_ parameters: [SQL.Parameter]) -> Bool {
            guard types.count == parameters.count else { return false }
            for index in types.indices where types[index] != parameters[index].type { return false }
            return true
        }
    }

    private var byKey: [String: Prepared] = [:]
    private var lastNumber: UInt64 = 0
    private var uses: UInt64 = 0
    let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { byKey.count }

    /// The statement, where it is prepared with these parameter types.
    mutating func find(_ sql: SQL) -> Prepared? {
        uses += 1
        guard var found = byKey[sql.text] else { return nil }
        if !found.matches(sql.parameters) {
            guard let other = byKey[Self.key(sql)] else { return nil }
            found = other
        }
        found.lastUse = uses
        return found
    }

    /// A statement that is about to be prepared, and the one to be forgotten for it.
    mutating func add(_ sql: SQL) -> (added: Prepared, evicted: Prepared?) {
        var evicted: Prepared?
        if byKey.count >= limit, let oldest = byKey.values.min(by: { $0.lastUse < $1.lastUse }) {
            byKey[oldest.key] = nil
            evicted = oldest
        }
        lastNumber += 1
        // The first with this text is found by it alone.
        let key = byKey[sql.text] == nil ? sql.text : Self.key(sql)
        let added = Prepared(name: "claw_\(lastNumber)", key: key, types: sql.parameters.map(\.type))
        added.lastUse = uses
        byKey[key] = added
        return (added, evicted)
    }

    mutating func remove(_ prepared: Prepared) {
        if byKey[prepared.key] === prepared { byKey[prepared.key] = nil }
    }

    mutating func removeAll() { byKey = [:] }

    private static func key(_ sql: SQL) -> String {
        sql.text + "\u{0}" + sql.parameters.map { String($0.type.rawValue) }.joined(separator: ",")
    }
}
