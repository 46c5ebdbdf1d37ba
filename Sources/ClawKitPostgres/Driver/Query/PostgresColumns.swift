import CLibpq

/// A result's columns: names and types. The same for all executions of a prepared statement, because the server refuses
/// to run one whose columns have changed.
public final class PostgresColumns: Sendable {
    public let names: [String]
    public let types: [PostgresType]
    private let positions: [String: Int]

    static let none = PostgresColumns(names: [], types: [])

    init(names: [String], types: [PostgresType]) {
        (self.names, self.types) = (names, types)
        positions = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    convenience init(_ result: OpaquePointer) {
        let count = PQnfields(result)
        self.init(
            names: (0..<count).map { String(cString: PQfname(result, $0)) },
            types: (0..<count).map { PostgresType(rawValue: PQftype(result, $0)) })
    }

    public var count: Int { names.count }

    /// The position of the first column of that name.
    public func position(of name: String) -> Int? { positions[name] }
}
