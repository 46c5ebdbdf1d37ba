import ClawDocuments
import ClawSchemas

/// Merging and ordering of the lists that merge in strategic patches.
struct StrategicLists {
    /// nil for lists of scalars, which merge as sets.
    let mergeKey: String?

    typealias MergeObjects = (_ patch: JSONObject, _ original: JSONObject) throws(PatchError) -> JSONObject

    func merge(_ patch: [JSON], into original: [JSON], _ mergeObjects: MergeObjects) throws(PatchError) -> [JSON] {
        guard let kind = try elementKind(original, patch) else { return original }
        guard kind == .object else { return arrangeScalars(patch, original) }
        guard let mergeKey else {
            throw .unexpected("cannot merge lists without merge key for \(GoText.value(.array(patch)))")
        }
        var (kept, additions) = try obeyDirectives(patch, original, mergeKey)
        let others = kept
        var positions: [JSON: Int] = [:]
        for (position, element) in kept.enumerated() {
            if let key = element[mergeKey], positions[key] == nil { positions[key] = position }
        }
        for element in additions {
            let key = try key(of: element)
            if let position = positions[key], let old = kept[position].object, let new = element.object {
                kept[position] = .object(try mergeObjects(new, old))
            } else {
                positions[key] = kept.count
                kept.append(Directive.stripped(element) ?? element)
            }
        }
        additions = additions.map { [mergeKey: $0[mergeKey] ?? .null] }
        return try arrange(kept, first: additions, others: others)
    }

    // MARK: order

    /// Brings `merged` into order: elements named in `first` in that order, the others in their old order, and
    /// both interleaved as they were before where that can be told.
    func arrange(_ merged: [JSON], first: [JSON], others: [JSON]) throws(PatchError) -> [JSON] {
        let wanted = try positions(of: first)
        let before = try positions(of: others)
        var (ordered, rest): ([(JSON, JSON)], [(JSON, JSON)]) = ([], [])
        for element in merged {
            let key = try key(of: element)
            if wanted[key] != nil { ordered.append((element, key)) } else { rest.append((element, key)) }
        }
        ordered = Self.sorted(ordered, by: wanted)
        rest = Self.sorted(rest, by: before)
        var result: [JSON] = []
        var (o, r) = (0, 0)
        while o < ordered.count || r < rest.count {
            let takeRest: Bool
            if o == ordered.count {
                takeRest = true
            } else if r == rest.count {
                takeRest = false
            } else if let left = before[rest[r].1], let right = before[ordered[o].1] {
                takeRest = left < right
            } else {
                takeRest = false
            }
            if takeRest {
                result.append(rest[r].0)
                r += 1
            } else {
                result.append(ordered[o].0)
                o += 1
            }
        }
        return result
    }

    /// A patch's list must keep the relative order of its `$setElementOrder`, and name nothing beyond it.
    func check(_ patch: [JSON], against order: [JSON]) throws(PatchError) {
        guard !patch.isEmpty, !order.isEmpty else { return }
        var place = order.startIndex
        for element in patch {
            if mergeKey != nil, let object = element.object, object[Directive.patch] != nil { continue }
            let wanted = try key(of: element)
            while place < order.endIndex, try key(of: order[place]) != wanted { place += 1 }
            guard place < order.endIndex else {
                throw .unexpected(
                    "The order in patch list:\n\(GoText.value(.array(patch)))\n doesn't match $setElementOrder list:\n"
                        + "\(GoText.value(.array(order)))\n")
            }
            place += 1
        }
    }

    private static func sorted(_ elements: [(JSON, JSON)], by positions: [JSON: Int]) -> [(JSON, JSON)] {
        elements.enumerated().sorted { a, b in
            let (left, right) = (positions[a.element.1] ?? .max, positions[b.element.1] ?? .max)
            return left == right ? a.offset < b.offset : left < right
        }.map(\.element)
    }

    private func positions(of elements: [JSON]) throws(PatchError) -> [JSON: Int] {
        var positions: [JSON: Int] = [:]
        for (position, element) in elements.enumerated() {
            let key = try key(of: element)
            if positions[key] == nil { positions[key] = position }
        }
        return positions
    }

    /// What tells elements apart: the merge key's value, or the scalar itself.
    private func key(of element: JSON) throws(PatchError) -> JSON {
        guard let mergeKey else { return element }
        guard let object = element.object else { throw StrategicMergePatch.wrongType(element, expected: [:]) }
        guard let key = object[mergeKey] else {
            throw .unexpected("map: \(GoText.map(object)) does not contain declared merge key: \(mergeKey)")
        }
        return key
    }

    // MARK: parts

    private func arrangeScalars(_ patch: [JSON], _ original: [JSON]) -> [JSON] {
        var seen: Set<JSON> = []
        let merged = (original + patch).filter { seen.insert($0).inserted }
        // Without a merge key nothing in it throws.
        return (try? StrategicLists(mergeKey: nil).arrange(merged, first: patch, others: original)) ?? merged
    }

    /// The original's elements that stay and the patch's elements that are values.
    private func obeyDirectives(
        _ patch: [JSON], _ original: [JSON], _ mergeKey: String
    ) throws(PatchError) -> (kept: [JSON], additions: [JSON]) {
        var additions: [JSON] = []
        var removed: Set<JSON> = []
        var replaces = false
        for element in patch {
            guard let object = element.object, let directive = object[Directive.patch] else {
                additions.append(element)
                continue
            }
            switch directive.string {
            case "delete": removed.insert(try key(of: element))
            case "replace": replaces = true
            case "merge": throw .unexpected("merging lists cannot yet be specified in the patch")
            default: throw StrategicMergePatch.unknownDirective(directive, in: object)
            }
        }
        if replaces { return ([], additions) }
        guard !removed.isEmpty else { return (original, additions) }
        return (original.filter { element in element[mergeKey].map { !removed.contains($0) } ?? true }, additions)
    }

    private enum ElementKind { case scalar, object }

    /// What both lists hold; nil where both are empty.
    private func elementKind(_ lists: [JSON]...) throws(PatchError) -> ElementKind? {
        var kind: String?
        for element in lists.joined() {
            if element.array != nil { throw .rejected("lists of lists are not supported") }
            let type = GoText.type(of: element)
            if let kind, kind != type {
                let text = lists.map { GoText.value(.array($0)) }.joined(separator: " ")
                throw .unexpected("list element types are not identical: [\(text)]")
            }
            kind = type
        }
        return kind.map { $0.hasPrefix("map") ? .object : .scalar }
    }
}
