/// The difference of two texts, as `diff -u` writes it.
enum UnifiedDiff {
    private static let context = 3

    /// Empty where the texts are equal.
    static func text(_ old: [String], _ new: [String], name: String) -> String {
        let steps = steps(old, new)
        var out = ""
        for hunk in hunks(steps) {
            let part = steps[hunk]
            let before = steps[..<hunk.lowerBound]
            let (oldStart, newStart) = (before.count { $0.mark != "+" }, before.count { $0.mark != "-" })
            let (oldCount, newCount) = (part.count { $0.mark != "+" }, part.count { $0.mark != "-" })
            out += "@@ -\(range(oldStart, oldCount)) +\(range(newStart, newCount)) @@\n"
            for step in part { out += "\(step.mark)\(step.line)\n" }
        }
        return out.isEmpty ? "" : "--- live/\(name)\n+++ merged/\(name)\n\(out)"
    }

    private struct Step {
        let mark: Character
        let line: String
    }

    /// Both texts as one, line by line: in the first only, in the second only, in both.
    private static func steps(_ old: [String], _ new: [String]) -> [Step] {
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var steps: [Step] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if removed.contains(i) {
                steps.append(Step(mark: "-", line: old[i]))
                i += 1
            } else if inserted.contains(j) {
                steps.append(Step(mark: "+", line: new[j]))
                j += 1
            } else {
                steps.append(Step(mark: " ", line: old[i]))
                (i, j) = (i + 1, j + 1)
            }
        }
        return steps
    }

    /// Where something changes, with the lines around; near changes share one hunk.
    private static func hunks(_ steps: [Step]) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for index in steps.indices where steps[index].mark != " " {
            let range = max(0, index - context)..<min(steps.count, index + context + 1)
            if let last = hunks.last, range.lowerBound <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        return hunks
    }

    /// Lines count from 1; an empty range names the line before it.
    private static func range(_ start: Int, _ count: Int) -> String {
        count == 1 ? "\(start + 1)" : "\(count == 0 ? start : start + 1),\(count)"
    }
}
