import ClawDocuments

/// Sums of the ledger for people: requests and tokens of models beside what pods and volumes had set aside.
struct UsageTable {
    private struct Line {
        var name: String
        var sums: JSON
        var isTotal = false

        func amount(_ meter: String) -> Int64 { sums["amounts"]?[meter]?.integer ?? 0 }
        func tokens(_ name: String) -> String { sums["tokens"]?.text(name) ?? "" }
        var cost: String { "$" + sums.text("cost") }
    }

    private let title: String
    private let lines: [Line]

    init(_ found: JSON, title: String) {
        self.title = title
        lines =
            (found["groups"]?.array ?? []).map { Line(name: $0.text("value"), sums: $0) }
            + [Line(name: "total", sums: found["totals"] ?? .null, isTotal: true)]
    }

    /// Columns of resources only where some were used.
    var ofResources: String {
        let shown = Self.resources.filter { resource in lines.contains { $0.amount(resource.meter) != 0 } }
        let header = [title, "REQUESTS", "INPUT", "CACHED", "OUTPUT"] + shown.map(\.title) + ["COST"]
        let rows = lines.map { line in
            [line.name, "\(line.amount("model"))", line.tokens("input"), line.tokens("cached"), line.tokens("output")]
                + shown.map { Self.hours(line.amount($0.meter), per: $0.perHour) } + [line.cost]
        }
        return Table(header: header, rows).text
    }

    /// Amounts of several meters have no sum.
    var ofMeters: String {
        let rows = lines.map { line in
            guard !line.isTotal else { return [line.name, "", "", line.cost] }
            let resource = Self.resources.first { $0.meter == line.name }
            let amount = line.amount(line.name)
            return [
                line.name, resource.map { Self.hours(amount, per: $0.perHour) } ?? "\(amount)",
                resource?.unit ?? (line.name == "model" ? "requests" : ""), line.cost,
            ]
        }
        return Table(header: [title, "AMOUNT", "UNIT", "COST"], rows).text
    }

    private static let resources: [(meter: String, title: String, unit: String, perHour: Int64)] = [
        ("pod", "POD-H", "pod-hours", 3600), ("cpu", "CPU-H", "core-hours", 3_600_000),
        ("memory", "MEMORY-GIB-H", "GiB-hours", 1024 * 3600), ("storage", "STORAGE-GIB-H", "GiB-hours", 1024 * 3600),
    ]

    /// With three decimals.
    private static func hours(_ amount: Int64, per hour: Int64) -> String {
        let (whole, rest) = amount.quotientAndRemainder(dividingBy: hour)
        let thousandths = "\(rest * 1000 / hour)"
        return "\(whole)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
    }
}
