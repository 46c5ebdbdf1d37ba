extension CostEstimator {
    /// What a function of Kubernetes' or an extension's costs, and how large its result can be; nil for others.
    func libraryCost(
        _ function: String, _ overload: String, _ target: Part?, _ arguments: [Part]
    ) -> (CostEstimate, size: CostEstimate?)? {
        func size(_ part: Part?) -> CostEstimate { part.flatMap { $0.size ?? declaredSize($0.path) } ?? .unknown }
        let first = arguments.first
        switch function {
        case "check": return (CostEstimate(350_000), nil)
        case "serviceAccount", "path", "group", "resource", "subresource", "namespace", "name", "allowed", "reason",
            "error", "errored", "masked", "prefixLength", "family", "isUnspecified", "isLoopback",
            "isLinkLocalMulticast",
            "isLinkLocalUnicast", "isGlobalUnicast", "format.named", "sign", "asInteger", "isInteger",
            "asApproximateFloat", "isGreaterThan", "isLessThan", "compareTo", "add", "sub", "major", "minor", "patch",
            "getScheme", "getHostname", "getHost", "getPort", "getEscapedPath", "getQuery":
            return (CostEstimate(1), nil)
        case "fieldSelector", "labelSelector":
            return (CostEstimate(10) + size(first) * 0.1 + size(first) * 0.5 * 50, nil)
        case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf": return aggregate(target, size(target))
        case "url", "jsonpatch.escapeKey": return (size(first) * 0.1, size(first))
        case "lowerAscii", "upperAscii", "substring", "trim": return (size(target) * 0.1, size(target))
        case "replace":
            guard arguments.count >= 2 else { return nil }
            return (size(target) * 0.2, replaced(size(target), size(arguments[0]), size(arguments[1])))
        case "split":
            var most = size(target).max
            if arguments.count > 1, case .literal(.int(let limit)) = arguments[1].node.kind {
                most = UInt64(bitPattern: limit)
            }
            return (size(target) * 0.2, CostEstimate(0, most))
        case "join": return joined(target, size(target), arguments.first.map { size($0) })
        case "find", "findAll":
            let text = size(target)
            return ((text + CostEstimate(1)) * 0.1 * (size(first) * 0.25), CostEstimate(0, text.max))
        case "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver": return (size(first) * 0.1, nil)
        case "ip": return (overload == "cidr_ip" ? CostEstimate(1) : size(first) * 0.1, nil)
        case "ip.isCanonical": return (size(first) * 0.2, nil)
        case "containsIP", "containsCIDR":
            let address = CostEstimate(4, 16)
            var cost = (address + address) * 0.1
            if function == "containsCIDR" { cost = cost + address * 0.1 + CostEstimate(1) }
            if overload.hasSuffix("_string") { cost = cost + size(first) * 0.1 }
            return (cost, nil)
        case "validate": return (size(first) * 0.1 * 32, nil)
        case "sets.contains", "sets.intersects", "sets.equivalent":
            guard arguments.count == 2 else { return nil }
            let factor = function == "sets.equivalent" ? 2.0 : 1
            return (size(arguments[0]) * size(arguments[1]) * factor + CostEstimate(1), nil)
        case "_==_": return opaqueEquality(arguments)
        default: return listCost(function, target.map { size($0) }, arguments) { size($0) }
        }
    }

    private func elementSize(_ list: Part) -> CostEstimate {
        (list.path.isEmpty ? nil : declaredSize(list.path + ["@items"])) ?? .unknown
    }

    private func aggregate(_ target: Part?, _ size: CostEstimate) -> (CostEstimate, size: CostEstimate?)? {
        guard let target else { return nil }
        guard case .list(let element)? = target.node.type else { return (size * 0.1, nil) }
        var each = CostEstimate(1)
        if element == .string || element == .bytes { each = each + elementSize(target) * 0.1 }
        return (size * each, nil)
    }

    private func joined(
        _ target: Part?, _ count: CostEstimate, _ separator: CostEstimate?
    ) -> (CostEstimate, size: CostEstimate?)? {
        guard let target else { return nil }
        var size = count * elementSize(target)
        if let separator {
            size = size + separator * CostEstimate(count.min > 0 ? count.min - 1 : 0, count.max > 0 ? count.max - 1 : 0)
        }
        return (size * 0.1, size)
    }

    /// How long a text can be after replacements.
    private func replaced(_ text: CostEstimate, _ old: CostEstimate, _ new: CostEstimate) -> CostEstimate {
        func ratio(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? .max : a / b + (a % b == 0 ? 0 : 1) }
        var count = CostEstimate.zero
        var kept = CostEstimate.zero
        if old.min == 0 {
            (count.max, kept.max) = (text.max.addingOrMost(1), text.max)
        } else if new.max <= old.min {
            kept.max = text.max
        } else {
            count.max = ratio(text.max, old.min)
        }
        if old.max == 0 {
            (count.min, kept.min) = (text.min.addingOrMost(1), text.min)
        } else if old.max <= new.min {
            kept.min = text.min
        } else {
            count.min = ratio(text.min, old.max)
        }
        return count * new + kept
    }

    private func opaqueEquality(_ arguments: [Part]) -> (CostEstimate, size: CostEstimate?)? {
        guard arguments.count == 2, let type = arguments[0].node.type, type == arguments[1].node.type,
            case .opaque(let name, _) = type
        else { return nil }
        switch name {
        case "net.IP", "net.CIDR", "kubernetes.Quantity", "kubernetes.Semver": return (CostEstimate(1), nil)
        case "kubernetes.NamedFormat": return (CostEstimate(1, 64) * 0.1, nil)
        default: return nil
        }
    }

    private func listCost(
        _ function: String, _ target: CostEstimate?, _ arguments: [Part], _ size: (Part) -> CostEstimate
    ) -> (CostEstimate, size: CostEstimate?)? {
        func made(_ count: CostEstimate, factor: Double = 1) -> (CostEstimate, size: CostEstimate?) {
            (count * factor + CostEstimate(11), count)
        }
        func literal(_ index: Int) -> UInt64? {
            guard index < arguments.count, case .literal(.int(let value)) = arguments[index].node.kind else {
                return nil
            }
            return UInt64(max(0, value))
        }
        func squared(_ part: CostEstimate, _ type: ExpressionType?) -> (CostEstimate, size: CostEstimate?) {
            let isText = type == .list(.string) || type == .list(.bytes)
            return made(part * part, factor: isText ? 2.1 : 2)
        }
        switch function {
        case "slice":
            guard let target else { return nil }
            return made(CostEstimate((literal(1) ?? target.max).subtractingOrZero(literal(0) ?? 0)))
        case "lists.range": return made(CostEstimate(literal(0) ?? .max))
        case "reverse": return target.map { made($0) }
        case "flatten": return target.map { made($0, factor: Double(arguments.isEmpty ? 1 : literal(0) ?? .max)) }
        case "distinct": return target.map { made($0 * $0, factor: 2) }
        case "sort": return target.map { squared($0, nil) }
        case "@sortByAssociatedKeys":
            return arguments.count > 1 ? squared(size(arguments[1]), arguments[1].node.type) : nil
        default: return nil
        }
    }
}

extension UInt64 {
    fileprivate func subtractingOrZero(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
