/// The syntax of schedules, in the words of the parser that Kubernetes uses.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>
enum CronSyntax {
    private struct Bounds {
        let range: ClosedRange<Int>
        var names: [String: Int] = [:]
    }

    /// What is wrong with it; nil where it is a schedule.
    static func problem(with schedule: String) -> String? {
        if schedule.isEmpty { return "empty spec string" }
        if schedule.hasPrefix("@") {
            if ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"].contains(schedule) {
                return nil
            }
            return "unrecognized descriptor: \(schedule)"
        }
        let fields = schedule.split(whereSeparator: \.isWhitespace).map(String.init)
        if fields.count != 5 {
            return "expected exactly 5 fields, found \(fields.count): [\(fields.joined(separator: " "))]"
        }
        for (field, bounds) in zip(fields, bounds) {
            for part in field.split(separator: ",") {
                if let problem = problem(with: String(part), bounds) { return problem }
            }
        }
        return nil
    }

    private static func problem(with part: String, _ bounds: Bounds) -> String? {
        let steps = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let ends = steps[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if steps.count > 2 { return "too many slashes: \(part)" }
        if ends.count > 2 { return "too many hyphens: \(part)" }
        var (start, end) = (bounds.range.lowerBound, bounds.range.upperBound)
        if ends[0] != "*", ends[0] != "?" {
            switch number(ends[0], bounds) {
            case .success(let value): start = value
            case .failure(let problem): return problem.text
            }
            if ends.count == 2 {
                switch number(ends[1], bounds) {
                case .success(let value): end = value
                case .failure(let problem): return problem.text
                }
            } else if steps.count == 1 {
                end = start
            }
        }
        var step = 1
        if steps.count == 2 {
            switch number(steps[1], Bounds(range: bounds.range)) {
            case .success(let value): step = value
            case .failure(let problem): return problem.text
            }
        }
        if start < bounds.range.lowerBound {
            return "beginning of range (\(start)) below minimum (\(bounds.range.lowerBound)): \(part)"
        }
        if end > bounds.range.upperBound {
            return "end of range (\(end)) above maximum (\(bounds.range.upperBound)): \(part)"
        }
        if start > end { return "beginning of range (\(start)) beyond end of range (\(end)): \(part)" }
        return step == 0 ? "step of range should be a positive number: \(part)" : nil
    }

    private struct Problem: Error { let text: String }

    private static func number(_ text: String, _ bounds: Bounds) -> Result<Int, Problem> {
        if let known = bounds.names[text.lowercased()] { return .success(known) }
        guard let value = Int(text) else {
            return .failure(
                Problem(
                    text: "failed to parse int from \(text): strconv.Atoi: parsing \"\(text)\": invalid syntax"))
        }
        return value < 0 ? .failure(Problem(text: "negative number (\(value)) not allowed: \(text)")) : .success(value)
    }

    private static func names(_ list: String, from first: Int) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: list.split(separator: " ").enumerated().map { (String($1), $0 + first) })
    }

    private static let bounds = [
        Bounds(range: 0...59), Bounds(range: 0...23), Bounds(range: 1...31),
        Bounds(range: 1...12, names: names("jan feb mar apr may jun jul aug sep oct nov dec", from: 1)),
        Bounds(range: 0...6, names: names("sun mon tue wed thu fri sat", from: 0)),
    ]
}
