import ClawBase
import ClawDocuments
import ClawKitPostgres
public import ClawLedger
public import ClawPlatform

/// The ledger's table.
enum UsageRows {
    /// Stands in no text of a row.
    private static let separator = "\u{1F}"

    static func insertion(of rows: [UsageRow]) -> [SQL] {
        if rows.isEmpty { return [] }
        func texts(_ part: (UsageRow) -> String) -> [String] { rows.map(part) }
        func optional(_ part: KeyPath<UsageSubject, String?>) -> [String?] { rows.map { $0.subject[keyPath: part] } }
        func numbers(_ part: (UsageRow) -> Int64) -> [Int64] { rows.map(part) }
        let details = texts { row in
            JSON.object(row.details.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) }).description
        }
        let charges = texts { JSON.array($0.charges.map(\.json)).description }
        return [
            """
            insert into claw_usage (
                id, at, tenant, project, user_name, runtime, model_key, meter, item, deployment, cost, input_tokens,
                cached_input_tokens, cache_written_tokens, output_tokens, reasoning_tokens, amount, settlement, accounts,
                charges, details)
            select id, at, tenant, project, user_name, runtime, model_key, meter, item, deployment, cost, input_tokens,
                cached_input_tokens, cache_written_tokens, output_tokens, reasoning_tokens, amount, settlement,
                string_to_array(accounts, \(separator)), charges::json, details::json
            from unnest(
                \(texts(\.id)), \(rows.map(\.at)), \(optional(\.tenant)), \(optional(\.project)),
                \(optional(\.user)), \(optional(\.runtime)), \(optional(\.key)), \(texts(\.meter.rawValue)),
                \(texts(\.item)), \(texts(\.deployment)), \(numbers(\.cost.nanos)), \(numbers(\.tokens.input)),
                \(numbers(\.tokens.cached)), \(numbers(\.tokens.cacheWritten)), \(numbers(\.tokens.output)),
                \(numbers(\.tokens.reasoning)), \(numbers(\.amount)), \(texts(\.settlement.rawValue)),
                \(texts { $0.charges.map(\.account.key).joined(separator: separator) }), \(charges), \(details)
            ) as w (
                id, at, tenant, project, user_name, runtime, model_key, meter, item, deployment, cost, input_tokens,
                cached_input_tokens, cache_written_tokens, output_tokens, reasoning_tokens, amount, settlement, accounts,
                charges, details)
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
        if let account = query.account { sql.append(" and \(account.key) = any(accounts)") }
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
        case .deployment: "deployment"
        case .settlement: "settlement"
        }
    }

    /// Of each meter's rows.
    static let sumsOfMeters: SQL = """
        meter, count(*) as rows, sum(cost) as cost, sum(input_tokens) as input, sum(cached_input_tokens) as cached,
        sum(cache_written_tokens) as cache_written, sum(output_tokens) as output, sum(reasoning_tokens) as reasoning,
        sum(amount)::bigint as amount
        """

    /// Of those.
    static let sums: SQL = """
        coalesce(sum(rows), 0)::bigint, coalesce(sum(cost), 0)::bigint, coalesce(sum(input), 0)::bigint,
        coalesce(sum(cached), 0)::bigint, coalesce(sum(cache_written), 0)::bigint, coalesce(sum(output), 0)::bigint,
        coalesce(sum(reasoning), 0)::bigint,
        coalesce(jsonb_object_agg(meter, amount) filter (where meter is not null), '{}')::text
        """

    static let columns: SQL = """
        id, at, tenant, project, user_name, runtime, model_key, meter, item, deployment, cost, input_tokens,
        cached_input_tokens, cache_written_tokens, output_tokens, reasoning_tokens, amount, settlement, charges::text,
        details::text
        """
}

extension PostgresPlatformStore {
    public func usage(_ query: UsageQuery) async throws -> [UsageRow] {
        var sql: SQL = "select \(UsageRows.columns) from claw_usage\(UsageRows.condition(query))"
        if let after = query.after {
            let beyond: SQL = query.isDescending ? "<" : ">"
            sql.append(" and (at, id) \(beyond) (\(after.at), \(after.id))")
        }
        let direction: SQL = query.isDescending ? " desc" : ""
        sql.append(" order by at\(direction), id\(direction) limit \(query.bound)")
        let statement = sql
        return try await translating { try await self.db.query(statement).map { try UsageRow(row: $0) } }
    }

    public func total(_ query: UsageQuery) async throws -> UsageTotals {
        let sql: SQL = """
            select \(UsageRows.sums)
            from (select \(UsageRows.sumsOfMeters) from claw_usage\(UsageRows.condition(query)) group by meter) as meters
            """
        return try await translating { try UsageTotals(row: try await self.db.query(sql).one(), from: 0) }
    }

    public func totals(_ query: UsageQuery, by dimension: UsageDimension) async throws -> [UsageGroup] {
        let value = UsageRows.column(dimension)
        let sql: SQL = """
            select value, \(UsageRows.sums)
            from (
                select \(value) as value, \(UsageRows.sumsOfMeters) from claw_usage\(UsageRows.condition(query))
                group by value, meter
            ) as meters
            group by value order by value nulls first limit \(query.bound)
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
        var amounts: [UsageMeter: Int64] = [:]
        for (meter, amount) in try JSONParser.parse(Array(try row.decode(start + 7, as: String.self).utf8)).object ?? [:] {
            amounts[UsageMeter(rawValue: meter)] = amount.integer
        }
        self.init(
            rows: try number(0), cost: NanoDollars(nanos: try number(1)),
            tokens: UsageTokens(
                input: try number(2), cached: try number(3), cacheWritten: try number(4), output: try number(5),
                reasoning: try number(6)),
            amounts: amounts)
    }
}

extension UsageRow {
    fileprivate init(row: PostgresRow) throws {
        func text(_ column: Int) throws -> String { try row.decode(column, as: String.self) }
        func optional(_ column: Int) throws -> String? { try row.decode(column, as: String?.self) }
        func number(_ column: Int) throws -> Int64 { try row.decode(column, as: Int64.self) }
        func json(_ column: Int) throws -> JSON { try JSONParser.parse(Array(try text(column).utf8)) }
        var details: [String: String] = [:]
        for (name, value) in try json(19).object ?? [:] { details[name] = value.string }
        guard let settlement = Settlement(rawValue: try text(17)) else {
            throw Finding(
                .storage, "A row of the ledger is settled in a way that this program does not know; use a newer one.",
                details: ["usage": try text(0)])
        }
        self.init(
            id: try text(0), at: try row.decode(1, as: Timestamp.self),
            subject: UsageSubject(
                tenant: try optional(2), project: try optional(3), user: try optional(4), runtime: try optional(5),
                key: try optional(6)),
            meter: UsageMeter(rawValue: try text(7)), item: try text(8), deployment: try text(9),
            tokens: UsageTokens(
                input: try number(11), cached: try number(12), cacheWritten: try number(13), output: try number(14),
                reasoning: try number(15)),
            cost: NanoDollars(nanos: try number(10)), amount: try number(16), settlement: settlement,
            charges: try (try json(18).array ?? []).map { try UsageCharge(json: $0) }, details: details)
    }
}
