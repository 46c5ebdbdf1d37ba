import ClawBase
import ClawDocuments
import ClawLedger
import ClawPlatform
import HTTPTypes
import Testing

@Suite("The ledger for other programs")
struct UsageExportTests {
    private func store(_ count: Int) async throws -> MemoryPlatformStore {
        let store = MemoryPlatformStore()
        let rows = (0..<count).map { number -> UsageRow in
            let subject = UsageSubject(tenant: "acme", project: number % 2 == 0 ? "demo" : "shop", user: "ada")
            let at = Timestamp(seconds: 1_767_225_600 + Int64(number))
            return UsageRow(
                id: "r\(number)", at: at, subject: subject, item: number == 0 ? "=a,\"b\"" : "gpt",
                tokens: UsageTokens(input: 2, output: 3), cost: NanoDollars(nanos: 1_500_000_000))
        }
        try await store.commit([], usage: rows)
        return store
    }

    @Test("rows as CSV and as JSON lines, page after page, the oldest first")
    func rows() async throws {
        try await withPlatform(store: try await store(2500)) { platform in
            let csv = await platform.call(.get, "/api/v1/usage/export")
            #expect(csv.headers[.contentType] == "text/csv; charset=utf-8; header=present")
            let lines = csv.text.split(separator: "\r\n")
            #expect(lines.count == 2501)
            #expect(lines[0].hasPrefix("id,at,tenant,project"))
            #expect(
                lines[1] == "r0,2026-01-01T00:00:00.000000Z,acme,demo,ada,,,model,\"'=a,\"\"b\"\"\",,1.5,1,2,0,0,3,0,exact")
            #expect(lines[2500].hasPrefix("r2499,"))
            let json = await platform.call(.get, "/api/v1/usage/export?format=jsonl&project=shop")
            let documents = try json.text.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
            #expect(documents.count == 1250 && documents.allSatisfy { $0["project"] == "shop" })
            let none = await platform.call(.get, "/api/v1/usage/export?project=nothing")
            #expect(none.text.split(separator: "\r\n").count == 1)
            #expect(await platform.call(.get, "/api/v1/usage/export?format=xls").json["field"] == "format")
        }
    }

    @Test("sums as OpenMetrics, by project unless said otherwise")
    func metrics() async throws {
        try await withPlatform(store: try await store(4)) { platform in
            let answer = await platform.call(.get, "/api/v1/usage/export?format=openmetrics")
            #expect(answer.headers[.contentType]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
            #expect(answer.text.contains("clawkit_usage_total{meter=\"model\",unit=\"requests\",project=\"demo\"} 2\n"))
            let labels = #"{meter="model",unit="requests",project="shop"}"#
            #expect(answer.text.contains("clawkit_usage_cost_dollars_total\(labels) 3\n"))
            #expect(answer.text.hasSuffix("# EOF\n"))
            let byUser = await platform.call(.get, "/api/v1/usage/export?format=openmetrics&by=user")
            #expect(byUser.text.contains("user=\"ada\"} 4\n"))
        }
    }
}
