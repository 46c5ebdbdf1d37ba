import ClawResources

/// What agents may do with tools: the most exact pattern that fits a tool's name counts.
struct ToolVerdicts: Sendable, Hashable {
    let verdicts: [String: PolicyTool.Verdict]

    init(_ verdicts: [String: PolicyTool.Verdict]) { self.verdicts = verdicts }

    /// nil where nothing is said of it. Takes patterns too: then what is said of all that it stands for.
    func verdict(on tool: String) -> PolicyTool.Verdict? {
        if let exact = verdicts[tool] { return exact }
        let fitting = verdicts.keys.filter { $0.last == "*" && tool.hasPrefix($0.dropLast()) }
        return fitting.max { $0.utf8.count < $1.utf8.count }.flatMap { verdicts[$0] }
    }

    /// Of each tool the stricter verdict. Patterns that fit one tool are one another's prefixes, so that looking at
    /// every pattern of either is looking at every tool.
    func stricter(_ other: ToolVerdicts) -> ToolVerdicts {
        var result: [String: PolicyTool.Verdict] = [:]
        for pattern in Set(verdicts.keys).union(other.verdicts.keys) {
            let both = [verdict(on: pattern), other.verdict(on: pattern)].compactMap(\.self)
            result[pattern] = both.min { $0.rank < $1.rank }
        }
        return ToolVerdicts(result)
    }

    /// A tool, or a pattern of some, of which this says something more lenient than the other.
    func excess(over other: ToolVerdicts) -> String? {
        let concerned = Set(verdicts.keys).union(other.verdicts.keys.filter { verdict(on: $0) != nil })
        return concerned.sorted().first { pattern in
            guard let mine = verdict(on: pattern), let its = other.verdict(on: pattern) else { return false }
            return mine.rank > its.rank
        }
    }
}

extension PolicyTool.Verdict {
    /// From the strictest.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
