import ClawDocuments
import ClawLedger
import ClawResources

/// What a rule allows. Of each form there is a narrowest of two, so that what several layers allow is a term too.
enum PolicyTerm: Sendable, Hashable {
    /// These and no others.
    case names(NamePatterns)
    /// Of a few words, strictest first, that one and those before it.
    case upTo(Int, of: [String])
    /// Of each resource at most so much.
    case ceilings([String: Quantity])
    case most(Quantity)
    case number(Int64)
    /// By window, of each unit at most so much.
    case budgets([String: [UsageUnit: Int64]])
    case tools(ToolVerdicts)

    /// What both allow.
    func narrowed(by other: PolicyTerm) -> PolicyTerm {
        switch (self, other) {
        case (.names(let mine), .names(let its)): .names(mine.intersection(its))
        case (.upTo(let mine, let words), .upTo(let its, _)): .upTo(min(mine, its), of: words)
        case (.ceilings(let mine), .ceilings(let its)): .ceilings(mine.merging(its) { $0.exceeds($1) ? $1 : $0 })
        case (.most(let mine), .most(let its)): .most(mine.exceeds(its) ? its : mine)
        case (.number(let mine), .number(let its)): .number(min(mine, its))
        case (.budgets(let mine), .budgets(let its)): .budgets(mine.merging(its) { $0.merging($1) { min($0, $1) } })
        case (.tools(let mine), .tools(let its)): .tools(mine.stricter(its))
        // One rule has one form.
        default: self
        }
    }

    /// What it allows that the other does not; nil where there is nothing.
    func excess(over other: PolicyTerm) -> String? {
        switch (self, other) {
        case (.names(let mine), .names(let its)): mine.excess(over: its).map { "'\($0)'" }
        case (.upTo(let mine, let words), .upTo(let its, _)): mine > its ? words[mine] : nil
        case (.ceilings(let mine), .ceilings(let its)):
            Self.excess(mine, its, by: \.self) { $0.exceeds($1) }.map { "\($0.value) of \($0.key)" }
        case (.most(let mine), .most(let its)): mine.exceeds(its) ? mine.text : nil
        case (.number(let mine), .number(let its)): mine > its ? String(mine) : nil
        case (.budgets(let mine), .budgets(let its)):
            mine.sorted { $0.key < $1.key }.lazy.compactMap { window, amounts in
                Self.excess(amounts, its[window] ?? [:], by: \.rawValue) { $0 > $1 }
                    .map { "more \($0.key.rawValue) per \(window)" }
            }.first
        case (.tools(let mine), .tools(let its)):
            mine.excess(over: its).map { "'\($0)' (\(mine.verdict(on: $0)?.rawValue ?? ""))" }
        default: nil
        }
    }

    /// The first of which there is more than the other allows.
    private static func excess<Key: Hashable, Value>(
        _ mine: [Key: Value], _ its: [Key: Value], by name: (Key) -> String, isMore: (Value, Value) -> Bool
    ) -> (key: Key, value: Value)? {
        let sorted = mine.sorted { name($0.key) < name($1.key) }
        return sorted.first { key, value in its[key].map { isMore(value, $0) } ?? false }
    }
}

extension Quantity {
    /// An amount that cannot be told exceeds every other.
    func exceeds(_ limit: Quantity) -> Bool {
        guard let mine = nanoUnits else { return true }
        return limit.nanoUnits.map { mine > $0 } ?? true
    }
}
