/// What a statement gave: its rows, all in memory, or how many it touched.
public struct PostgresRows: Sendable {
    let memory: ResultMemory
    public let columns: PostgresColumns
    public let count: Int

    init(_ memory: ResultMemory, _ columns: PostgresColumns) {
        (self.memory, self.columns, count) = (memory, columns, memory.rowCount)
    }

    /// How many rows an INSERT, UPDATE, DELETE or MERGE touched.
    public var affectedRows: Int { memory.affected }
}

extension PostgresRows: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }
    public subscript(_ index: Int) -> PostgresRow {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        return PostgresRow(memory: memory, columns: columns, index: Int32(truncatingIfNeeded: index))
    }
}

extension PostgresRows {
    /// The one row.
    /// - Throws: ``PostgresError/Code/rowCount`` where there is none or more than one.
    public func one() throws -> PostgresRow {
        guard count == 1 else {
            throw PostgresError(.rowCount, "The query gave \(count) rows instead of one.")
        }
        return self[0]
    }

    /// The one row, or nil.
    /// - Throws: ``PostgresError/Code/rowCount`` where there are more.
    public func oneOrNone() throws -> PostgresRow? {
        guard count <= 1 else {
            throw PostgresError(.rowCount, "The query gave \(count) rows instead of one or none.")
        }
        return first
    }
}
