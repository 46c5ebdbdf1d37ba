extension JSONParser {
    /// The same as ``parse(_:limits:managedFields:)``, on two threads where the text is that of a long list.
    ///
    /// Where the second half's first item begins is guessed: a second reader starts there while the first one reads the
    /// first half. Only where the first reader comes to an item at that very place, the guess was right and the second
    /// one's items are taken; otherwise they are forgotten, and the first reader goes on. The result never depends on
    /// the guess.
    /// - Throws: ``JSONError`` with the offset of what is wrong.
    public static func parseConcurrently(
        _ bytes: [UInt8], limits: Limits = Limits(), managedFields: ManagedFields = .lazy
    ) async throws(JSONError) -> JSON {
        guard (shortestSplit...max(shortestSplit, limits.bytes)).contains(bytes.count), bytes.first == UInt8(ascii: "{")
        else { return try parse(bytes, limits: limits, managedFields: managedFields) }
        var reader = OutermostReader(depth: limits.depth, pausesAtItems: true)
        let start = try reading(bytes, from: 0, managedFields) { packer throws(JSONError) in
            try reader.read(&packer) ? nil : packer.offset
        }
        guard let start else { return reader.value }
        guard let middle = likelyItem(in: bytes, after: start) else {
            try reading(bytes, from: start, managedFields) { packer throws(JSONError) in
                _ = try reader.readItems(&packer)
            }
            return reader.value
        }
        let (depth, kind) = (reader.elementDepth, reader.itemKind)
        async let second = items(bytes, from: middle, depth: depth, kind: kind, managedFields)
        let isComplete = try reading(bytes, from: start, managedFields) { packer throws(JSONError) in
            try reader.readItems(&packer, until: middle)
        }
        if isComplete { return reader.value }
        let tail = await second
        try reading(bytes, from: tail?.end ?? middle, managedFields) { packer throws(JSONError) in
            if let tail { try reader.takeItems(tail.items, &packer) } else { _ = try reader.readItems(&packer) }
        }
        return reader.value
    }

    /// Below this a second thread is not worth its start.
    static let shortestSplit = 1 << 18

    /// The items from a place on, and where their closing bracket ends; nil where they are not well-formed.
    @concurrent
    private static func items(
        _ bytes: [UInt8], from place: Int, depth: Int, kind: ItemKind?, _ managedFields: ManagedFields
    ) async -> (items: [JSON], end: Int)? {
        try? reading(bytes, from: place, managedFields) { packer throws(JSONError) in
            var items: [JSON] = []
            _ = try OutermostReader.readElements(&packer, depth: depth, kind: kind, until: nil, into: &items)
            return (items, packer.offset)
        }
    }

    private static func reading<R>(
        _ bytes: [UInt8], from place: Int, _ managedFields: ManagedFields,
        _ body: (inout JSONPacker) throws(JSONError) -> R
    ) throws(JSONError) -> R {
        try bytes.span.withUnsafeBufferPointer { text throws(JSONError) in
            var packer = JSONPacker(text, managedFields)
            packer.offset = place
            return try body(&packer)
        }
    }

    /// A place in the second half that looks like an item's beginning: as the first item begins, behind `},`.
    private static func likelyItem(in bytes: [UInt8], after first: Int) -> Int? {
        let middle = first + (bytes.count - first) / 2
        let pattern = Array("},".utf8) + bytes[first..<min(first + 12, bytes.count)]
        return bytes.withUnsafeBufferPointer { text in
            var place = middle
            while place + pattern.count <= text.count {
                if text[place] == pattern[0], text[place + 1] == pattern[1],
                    text[place..<place + pattern.count].elementsEqual(pattern)
                {
                    return place + 2
                }
                place += 1
            }
            return nil
        }
    }
}
