/// What calls cost when they run, by the sizes of their arguments: cel-go's rules (interpreter/runtimecost.go) and
/// Kubernetes' for its own functions (apiserver/pkg/cel/library/cost.go).
enum CallCost {
    /// The part that is known before the call: all of it but for what depends on the result.
    static func before(_ function: String, _ overload: String?, _ arguments: [Value]) -> Int {
        libraryCost(function, arguments) ?? standardCost(function, overload, arguments)
    }

    static func after(_ function: String, _ result: Value) -> Int {
        switch function {
        case "join": Cost.traversal(result.size, factor: 0.2)
        default: 0
        }
    }

    private static func traversal(_ arguments: [Value], _ index: Int, factor: Double = 0.1) -> Int {
        index < arguments.count ? Cost.traversal(arguments[index].size, factor: factor) : 1
    }

    private static func pattern(_ arguments: [Value], patternSize: Int) -> Int {
        guard let text = arguments.first else { return 1 }
        return product(Cost.traversal(1 + text.size), Cost.traversal(patternSize, factor: 0.25))
    }

    private static func product(_ a: Int, _ b: Int) -> Int {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow ? 1_000_000_000_000_000 : product
    }

    private static func libraryCost(_ function: String, _ arguments: [Value]) -> Int? {
        switch function {
        case "check": return 350_000
        case "fieldSelector", "labelSelector":
            guard arguments.count >= 2 else { return nil }
            return 10 + Cost.traversal(arguments[1].size) + Cost.traversal(arguments[1].size, factor: 0.5) * 50
        case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf":
            return arguments.first.map(wholeTraversal)
        case "url", "lowerAscii", "upperAscii", "substring", "trim", "jsonpatch.escapeKey", "cidr", "isIP", "isCIDR",
            "quantity", "isQuantity", "semver", "isSemver":
            return traversal(arguments, 0)
        case "ip":
            if case .opaque? = arguments.first { return 1 }
            return traversal(arguments, 0)
        case "replace", "split", "ip.isCanonical": return traversal(arguments, 0, factor: 0.2)
        case "join": return 0
        case "matches", "find", "findAll":
            return arguments.count >= 2 ? pattern(arguments, patternSize: arguments[1].size) : nil
        case "validate":
            guard arguments.count >= 2, case .opaque(let value) = arguments[0], let format = value as? FormatValue
            else { return nil }
            return pattern([arguments[1]], patternSize: format.patternSize)
        case "containsIP", "containsCIDR":
            guard arguments.count >= 2 else { return nil }
            let size = arguments[0].size
            var cost = Cost.traversal(size * 2)
            if function == "containsCIDR" { cost += Cost.traversal(size) + 1 }
            if case .string = arguments[1] { cost += traversal(arguments, 1) }
            return cost
        case "sets.contains", "sets.intersects", "sets.equivalent":
            guard arguments.count >= 2 else { return nil }
            let pairs = product(arguments[0].size, arguments[1].size)
            return 1 + (function == "sets.equivalent" ? product(2, pairs) : pairs)
        case "distinct", "sort": return arguments.first.map(selfComparison)
        case "@sortByAssociatedKeys": return arguments.count > 1 ? selfComparison(arguments[1]) : nil
        case "lists.range": return 11 + max(0, Int(clamping: arguments.first?.int ?? 0))
        case "slice":
            guard let start = arguments.dropFirst().first?.int, let end = arguments.last?.int else { return nil }
            return 11 + max(0, Int(clamping: end) &- Int(clamping: start))
        case "reverse", "flatten":
            let depth = function == "flatten" && arguments.count > 1 ? Int(clamping: arguments[1].int ?? 1) : 1
            return 11 + product(max(0, depth), arguments.first?.size ?? 0)
        default: return nil
        }
    }

    private static func selfComparison(_ list: Value) -> Int {
        let size = list.size
        var factor = 2.0
        if case .list(let values) = list, values.count > 0 {
            switch values[0] {
            case .string, .bytes: factor += 0.1
            default: break
            }
        }
        return 11 + Int(min(1e15, Double(size) * Double(size) * factor))
    }

    /// Of going through everything in a value.
    private static func wholeTraversal(_ value: Value) -> Int {
        switch value {
        case .string(let text): return text.utf8.count / 10
        case .bytes(let bytes): return bytes.count / 10
        case .list(let list): return list.values.reduce(0) { $0 + wholeTraversal($1) }
        case .map(let map):
            return map.keys.reduce(0) { $0 + wholeTraversal($1) + (map[$1].map(wholeTraversal) ?? 0) }
        default: return 1
        }
    }

    private static func standardCost(_ function: String, _ overload: String?, _ arguments: [Value]) -> Int {
        switch overload {
        case "starts_with_string"?, "ends_with_string"?:
            // As cel-go, by the text and not by what is looked for.
            return traversal(arguments, 0)
        case "string_to_bytes"?, "bytes_to_string"?, "strings_quote"?, "string_format"?: return traversal(arguments, 0)
        case "in_list"?: return arguments.count > 1 ? arguments[1].size : 1
        case "add_string"?, "add_bytes"?:
            return arguments.count > 1 ? Cost.traversal(arguments[0].size + arguments[1].size) : 1
        case "contains_string"?: return product(traversal(arguments, 0), traversal(arguments, 1))
        case "equals"?, "not_equals"?:
            guard arguments.count > 1 else { return 1 }
            if function == "_==_", case .opaque = arguments[0] { return 1 }
            return Cost.traversal(min(arguments[0].size, arguments[1].size))
        default: break
        }
        if let overload, arguments.count == 2,
            overload.hasPrefix("less_") || overload.hasPrefix("greater_"),
            overload.hasSuffix("_string") || overload.hasSuffix("_bytes")
        {
            return Cost.traversal(min(arguments[0].size, arguments[1].size))
        }
        return 1
    }
}
