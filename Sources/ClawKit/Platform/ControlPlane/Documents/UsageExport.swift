import ClawBase
import ClawDocuments
import ClawLedger

/// The ledger's rows for other programs: a spreadsheet, whoever writes bills. Read page by page as the client takes them.
struct UsageExport: Sendable {
    enum Format: String, Sendable, CaseIterable {
        case csv, jsonl, openmetrics

        var contentType: String {
            switch self {
            case .csv: "text/csv; charset=utf-8; header=present"
            case .jsonl: "application/jsonl"
            case .openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    private static let pageSize = 1000

    let store: any PlatformStore

    // MARK: rows

    /// Every row that the query selects, the oldest first.
    func rows(_ query: UsageQuery, as format: Format) -> Body {
        let reader = PageReader(store, query, pageSize: Self.pageSize) { rows, isFirst in
            var bytes: [UInt8] = isFirst && format == .csv ? Array(Self.header.utf8) : []
            for row in rows { bytes += format == .csv ? Self.csv(row) : JSON.object(row.object).bytes() + [0x0A] }
            return bytes
        }
        return .stream(AsyncThrowingStream<[UInt8], any Error> { try await reader.next() })
    }

    private actor PageReader {
        private let store: any PlatformStore
        private var query: UsageQuery?
        private let render: @Sendable ([UsageRow], Bool) -> [UInt8]
        private var isFirst = true

        init(
            _ store: any PlatformStore, _ query: UsageQuery, pageSize: Int,
            render: @escaping @Sendable ([UsageRow], Bool) -> [UInt8]
        ) {
            var query = query
            (query.limit, query.isDescending, query.after) = (pageSize, false, nil)
            (self.store, self.query, self.render) = (store, query, render)
        }

        func next() async throws -> [UInt8]? {
            guard var present = query else { return nil }
            let rows = try await store.usage(present)
            present.after = rows.last.map { UsageQuery.Cursor($0) }
            query = rows.count == present.limit ? present : nil
            defer { isFirst = false }
            return rows.isEmpty && !isFirst ? nil : render(rows, isFirst)
        }
    }

    // MARK: CSV, RFC 4180

    static let header =
        "id,at,tenant,project,user,runtime,key,meter,item,deployment,cost,amount,inputTokens,cachedTokens,"
        + "cacheWrittenTokens,outputTokens,reasoningTokens,settlement\r\n"

    private static func csv(_ row: UsageRow) -> [UInt8] {
        let subject = [row.subject.tenant, row.subject.project, row.subject.user, row.subject.runtime, row.subject.key]
        let tokens = [
            row.tokens.input, row.tokens.cached, row.tokens.cacheWritten, row.tokens.output, row.tokens.reasoning,
        ]
        let fields =
            [row.id, row.at.rfc3339(fractionDigits: 6)] + subject.map { $0 ?? "" }
            + [row.meter.rawValue, row.item, row.deployment, row.cost.description, String(row.amount)]
            + tokens.map { String($0) } + [row.settlement.rawValue]
        return Array((fields.map(quoted).joined(separator: ",") + "\r\n").utf8)
    }

    private static func quoted(_ field: String) -> String {
        // A spreadsheet takes what begins so for a formula: https://owasp.org/www-community/attacks/CSV_Injection
        let safe = field.first.map { "=+@\t\r".contains($0) } ?? false ? "'\(field)" : field
        guard safe.contains(where: { "\",\r\n".contains($0) }) else { return safe }
        return "\"\(safe.replacing("\"", with: "\"\""))\""
    }

    // MARK: sums, OpenMetrics

    /// The sums of each meter, told apart by one dimension.
    func metrics(_ query: UsageQuery, by dimension: UsageDimension) async throws -> Body {
        var (amounts, costs) = ("", "")
        var query = query
        query.limit = UsageQuery.maximumLimit
        for (meter, unit) in Self.units {
            query.meter = meter
            for group in try await store.totals(query, by: dimension) {
                let labels =
                    "{meter=\"\(meter)\",unit=\"\(unit)\",\(dimension.rawValue)=\"\(Self.escaped(group.value ?? ""))\"}"
                amounts += "clawkit_usage_total\(labels) \(group.totals.amounts[meter] ?? 0)\n"
                costs += "clawkit_usage_cost_dollars_total\(labels) \(group.totals.cost)\n"
            }
        }
        return .bytes(
            Array(
                """
                # HELP clawkit_usage What was used, by the ledger.
                # TYPE clawkit_usage counter
                \(amounts)# HELP clawkit_usage_cost_dollars What it cost.
                # TYPE clawkit_usage_cost_dollars counter
                # UNIT clawkit_usage_cost_dollars dollars
                \(costs)# EOF

                """.utf8))
    }

    private static let units: [(UsageMeter, String)] = [
        (.model, "requests"), (.pod, "seconds"), (.cpu, "core-milliseconds"), (.memory, "MiB-seconds"),
        (.storage, "MiB-seconds"),
    ]

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
