import ClawDocuments

extension FieldWalker {
    /// The live object with the applied configuration put over it. Nothing is removed. Lists keep the applied order
    /// for what is applied, and the others where they stood.
    func merge(_ applied: JSONObject, into live: JSONObject, _ schema: Schema?) throws(PatchError) -> JSONObject {
        try merge(.object(applied), into: .object(live), shape(ofRoot: schema))?.object ?? live
    }

    private func merge(_ new: JSON?, into old: JSON?, _ shape: FieldShape) throws(PatchError) -> JSON? {
        guard let new else { return old }
        guard let old else { return new }
        switch (shape.isAtomic, shape.form, old, new) {
        case (true, _, _, _): return new
        case (_, .record, .object(let old), .object(let new)), (_, .map, .object(let old), .object(let new)),
            (_, .deduced, .object(let old), .object(let new)):
            var members = MemberEditor(old)
            for (name, value) in new {
                try members.set(name, merge(value, into: members[name], member(name, of: shape)))
            }
            return .object(members.object)
        case (_, .list, .array(let old), .array(let new)):
            return .array(try mergeLists(new, into: old, shape))
        // Nothing is applied to what has members: they stay.
        case (_, _, .object(let members), .null) where !members.isEmpty: return old
        case (_, .list, .array(let items), .null) where !items.isEmpty: return old
        default: return new
        }
    }

    private func mergeLists(_ new: [JSON], into old: [JSON], _ shape: FieldShape) throws(PatchError) -> [JSON] {
        var named: [(element: PathElement, item: JSON)] = []
        for item in old {
            if let element = try? pathElement(of: item, in: shape) { named.append((element, item)) }
        }
        let oldItems = Dictionary(grouping: named, by: \.element)
        let (newOrder, newItems) = index(new, in: shape)
        let itemShape = element(of: shape)
        var result: [JSON] = []
        func take(_ element: PathElement) throws(PatchError) {
            // What stood twice is not merged with, only replaced.
            let peers = oldItems[element] ?? []
            let merged = try merge(newItems[element]?.first, into: peers.count == 1 ? peers[0].item : nil, itemShape)
            if let merged { result.append(merged) }
        }
        var shared = newOrder.filter { oldItems[$0] != nil }[...]
        var taken: Set<PathElement> = []
        var (o, n) = (0, 0)
        while o < named.count || n < newOrder.count {
            if o < named.count, n < newOrder.count {
                let element = named[o].element
                if element == newOrder[n] {
                    try take(element)
                    taken.insert(element)
                    (o, n) = (o + 1, n + 1)
                    shared = shared.dropFirst()
                    continue
                }
                if newItems[element] != nil, let next = shared.first, next != element {
                    o += 1
                    continue
                }
            }
            if o < named.count {
                let element = named[o].element
                if newItems[element] == nil {
                    result.append(named[o].item)
                    o += 1
                    continue
                }
                if taken.contains(element) { o += 1 }
            }
            if n < newOrder.count {
                let element = newOrder[n]
                try take(element)
                taken.insert(element)
                n += 1
                if shared.first == element { shared = shared.dropFirst() }
            }
        }
        return result
    }
}
