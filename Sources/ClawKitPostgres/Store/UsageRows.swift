import ClawBase
import ClawDocuments
import ClawKitPostgres
import ClawLedger
public import ClawPlatform

/// The ledger's table.
enum UsageRows {
    /// Stands in no text of an entry.
    private static let separator = "\u{1F}"

    static func insertion(of entries: [UsageEntry]) -> [SQL] {
        if entries.isEmpty { return [] }
        func texts(_ part: (UsageEntry) -> String) -> [String] { entries.map(part) }
        func optional(_ part: KeyPath<UsageSubject, String?>) -> [String?] { entries.map { $0.subject[keyPath: part] } }
        func numbers(_ part: (UsageEntry) -> Int64) -> [Int64] { entries.map(part) }
        let details = texts { entry in
            JSON.object(entry.details.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) }).description
        }
        return [
            """
            insert into claw_usage (
                id, at, tenant, project, user_name, runtime, model_key, meter, item, cost, input_tokens,
                cached_input_tokens, output_tokens, reasoning_tokens, amount, budgets, details)
            select id, at, tenant, project, user_name, runtime, model_key, meter, item, cost, input_tokens,
                cached_input_tokens, output_tokens, reasoning_tokens, amount,
                string_to_array(budgets, \(separator)), details::json
            from unnest(
                \(texts(\.id)), \(entries.map(\.at)), \(optional(\.tenant)), \(optional(\.project)),
                \(optional(\.user)), \(optional(\.runtime)), \(optional(\.key)), \(texts(\.meter.rawValue)),
                \(texts(\.item)), \(numbers(\.cost)), \(numbers(\.tokens.input)), \(numbers(\.tokens.cachedInput)),
                \(numbers(\.tokens.output)), \(numbers(\.tokens.reasoning)), \(numbers(\.amount)),
                \(texts { $0.budgets.joined(separator: separator) }), \(details)
            ) as w (
                id, at, tenant, project, user_name, runtime, model_key, meter, item, cost, input_tokens,
                cached_input_tokens, output_tokens, reasoning_tokens, amount, budgets, details)
            """
        ]
    }

    /// ` where …`, without regard to where a page begins.
    static func condition(_ query: UsageQuery) -> SQL {
        var sql: SQL = " where true"
        if let tenant = query.subject.tenant { sql.append(" and tenant = \(tenant)") }
        if let project = query.subject.project { sql.append(" and project = \(project)") }
        if let user = query.subject.user { sql.append(" and user_name = \(user)") }
        if let runtime = query.subject.runtime { sql.append(" and runtime = \(runtime)") }
        if let key = query.subject.key { sql.append(" and model_key = \(key)") }
        if let from = query.from { sql.append(" and at >= \(from)") }
        if let until = query.until { sql.append(" and at < \(until)") }
        if let meter = query.meter { sql.append(" and meter = \(meter.rawValue)") }
        if let item = query.item { sql.append(" and item = \(item)") }
        if let budget = query.budget { sql.append(" and \(budget) = any(budgets)") }
        return sql
    }

    static func column(_ dimension: UsageDimension) -> SQL {
        switch dimension {
        case .tenant: "tenant"
        case .project: "project"
        case .user: "user_name"
        case .runtime: "runtime"
        case .key: "model_key"
        case .meter: "meter"
        case .item: "item"
        }
    }

    static let sums: SQL = """
        count(*), coalesce(sum(cost), 0)::bigint, coalesce(sum(input_tokens), 0)::bigint,
        coalesce(sum(cached_input_tokens), 0)::bigint, coalesce(sum(output_tokens), 0)::bigint,
        coalesce(sum(reasoning_tokens), 0)::bigint, coalesce(sum(amount), 0)::bigint
        """

    static let columns: SQL = """
        id, at, tenant, project, user_name, runtime, model_key, meter, item, cost, input_tokens, cached_input_tokens,
        output_tokens, reasoning_tokens, amount, budgets, details::text
        """
}

extension PostgresPlatformStore {
    public func usage(_ query: UsageQuery) async throws -> [UsageEntry] {
        var sql: SQL = "select \(UsageRows.columns) from claw_usage\(UsageRows.condition(query))"
        if let after = query.after {
            let beyond: SQL = query.isDescending ? "<" : ">"
            sql.append(" and (at, id) \(beyond) (\(after.at), \(after.id))")
        }
        let direction: SQL = query.isDescending ? " desc" : ""
        sql.append(" order by at\(direction), id\(direction) limit \(query.bound)")
        let statement = sql
        return try await translating { try await self.db.query(statement).map { try UsageEntry(row: $0) } }
    }

    public func total(_ query: UsageQuery) async throws -> UsageTotals {
        let sql: SQL = "select \(UsageRows.sums) from claw_usage\(UsageRows.condition(query))"
        return try await translating { try UsageTotals(row: try await self.db.query(sql).one(), from: 0) }
    }

    public func totals(_ query: UsageQuery, by dimension: UsageDimension) async throws -> [UsageGroup] {
        let value = UsageRows.column(dimension)
        let sql: SQL = """
            select \(value), \(UsageRows.sums) from claw_usage\(UsageRows.condition(query))
            group by \(value) order by \(value) nulls first limit \(query.bound)
            """
        return try await translating {
            try await self.db.query(sql).map { row in
                UsageGroup(try row.decode(0, as: String?.self), try UsageTotals(row: row, from: 1))
            }
        }
    }
}

extension UsageTotals {
    fileprivate init(row: PostgresRow, from start: Int) throws {
        func number(_ column: Int) throws -> Int64 { try row.decode(start + column, as: Int64.self) }
        self.init(
            entries: try number(0), cost: try number(1),
            tokens: TokenCounts(
                input: try number(2), cachedInput: try number(3), output: try number(4), reasoning: try number(5)),
            amount: try number(6))
    }
}

extension UsageEntry {
    fileprivate init(row: PostgresRow) throws {
        func text(_ column: Int) throws -> String { try row.decode(column, as: String.self) }
        func optional(_ column: Int) throws -> String? { try row.decode(column, as: String?.self) }
        func number(_ column: Int) throws -> Int64 { try row.decode(column, as: Int64.self) }
        var details: [String: String] = [:]
        for (name, value) in try JSONParser.parse(Array(try text(16).utf8)).object ?? [:] {
            details[name] = value.string
        }
        self.init(
            id: try text(0), at: try row.decode(1, as: Timestamp.self),
            subject: UsageSubject(
                tenant: try optional(2), project: try optional(3), user: try optional(4), runtime: try optional(5),
                key: try optional(6)),
            meter: UsageMeter(rawValue: try text(7)), item: try text(8), cost: try number(9),
            tokens: TokenCounts(
                input: try number(10), cachedInput: try number(11), output: try number(12), reasoning: try number(13)),
            amount: try number(14), budgets: try row.decode(15, as: [String].self),
            details: details)
    }
}
