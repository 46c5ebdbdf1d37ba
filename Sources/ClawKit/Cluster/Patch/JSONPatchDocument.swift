import ClawDocuments

/// The document that a JSON Patch works on, guarded against patches that grow it without bound.
struct JSONPatchDocument {
    var root: JSON

    /// Kubernetes' limit on the bytes that all `copy` operations of a patch may add.
    static let mostCopiedBytes = 3 << 20
    private var copiedBytes = 0
    /// `move` and `copy` can nest a document ever deeper; values put in are measured, within this many steps.
    private var stepsLeft = 4_000_000

    init(root: JSON) { self.root = root }

    mutating func perform(_ operation: JSONPatch.Operation) throws(PatchError) {
        switch operation {
        case .add(let path, let value): try add(value, at: pointer(path))
        case .remove(let path): _ = try remove(at: pointer(path))
        case .replace(let path, let value): try replace(at: pointer(path), with: value)
        case .move(let from, let path):
            let value = try remove(at: pointer(from))
            try add(value, at: pointer(path))
        case .copy(let from, let path):
            let value = try self.value(at: pointer(from)) ?? .null
            copiedBytes += value.bytes().count
            guard copiedBytes <= Self.mostCopiedBytes else {
                throw .rejected("the copies add more than \(Self.mostCopiedBytes) bytes")
            }
            try add(value, at: pointer(path))
        case .test(let path, let expected):
            guard try value(at: pointer(path)) ?? .null == expected else {
                throw .rejected("the test of '\(path)' failed")
            }
        }
    }

    private func pointer(_ text: String) throws(PatchError) -> JSONPointer {
        guard let pointer = JSONPointer(text) else { throw .rejected("the path '\(text)' does not start with '/'") }
        return pointer
    }

    // MARK: operations

    private func value(at pointer: JSONPointer) throws(PatchError) -> JSON? {
        var value = root
        for (depth, step) in pointer.steps.enumerated() {
            switch value {
            case .object(let object):
                guard let next = object[step] else {
                    if depth == pointer.steps.count - 1 { return nil }
                    throw Self.missing(step)
                }
                value = next
            case .array(let elements): value = elements[try Self.position(step, in: elements.count)]
            default: throw Self.missing(step)
            }
        }
        return value
    }

    private mutating func add(_ value: JSON, at pointer: JSONPointer) throws(PatchError) {
        try measure(value, under: pointer)
        try edit(pointer) { parent, step throws(PatchError) in
            switch parent {
            case .object(var object):
                parent = .null  // so that the object is changed in place
                try object.put(step, value)
                parent = .object(object)
            case .array(var elements):
                parent = .null
                let position = step == "-" ? elements.count : try Self.position(step, in: elements.count + 1)
                elements.insert(value, at: position)
                parent = .array(elements)
            default: throw Self.missing(step)
            }
        }
    }

    private mutating func replace(at pointer: JSONPointer, with value: JSON) throws(PatchError) {
        try measure(value, under: pointer)
        if pointer.steps.isEmpty {
            root = value
            return
        }
        try edit(pointer) { parent, step throws(PatchError) in
            switch parent {
            case .object(var object):
                parent = .null
                try object.put(step, value)
                parent = .object(object)
            case .array(var elements):
                parent = .null
                elements[try Self.position(step, in: elements.count)] = value
                parent = .array(elements)
            default: throw Self.missing(step)
            }
        }
    }

    private mutating func remove(at pointer: JSONPointer) throws(PatchError) -> JSON {
        var removed: JSON?
        try edit(pointer) { parent, step throws(PatchError) in
            switch parent {
            case .object(var object):
                parent = .null
                removed = object.removeValue(forKey: step)
                parent = .object(object)
            case .array(var elements):
                parent = .null
                removed = elements.remove(at: try Self.position(step, in: elements.count))
                parent = .array(elements)
            default: break
            }
            if removed == nil { throw Self.missing(step) }
        }
        return removed ?? .null
    }

    // MARK: walking

    private typealias Edit = (inout JSON, String) throws(PatchError) -> Void

    /// Calls back with the container at the pointer's parent and the last step.
    private mutating func edit(_ pointer: JSONPointer, _ change: Edit) throws(PatchError) {
        guard !pointer.steps.isEmpty else { throw .rejected("the whole document can only be replaced or tested") }
        try Self.edit(&root, pointer.steps[...], change)
    }

    private static func edit(_ value: inout JSON, _ steps: ArraySlice<String>, _ change: Edit) throws(PatchError) {
        let step = steps[steps.startIndex]
        guard steps.count > 1 else { return try change(&value, step) }
        switch value {
        case .object(var object):
            guard var child = object[step] else { throw missing(step) }
            value = .null
            object[step] = .null  // held by `child` alone, which is then changed in place
            try edit(&child, steps.dropFirst(), change)
            object[step] = child
            value = .object(object)
        case .array(var elements):
            let position = try position(step, in: elements.count)
            value = .null
            var child = elements[position]
            elements[position] = .null
            try edit(&child, steps.dropFirst(), change)
            elements[position] = child
            value = .array(elements)
        default: throw missing(step)
        }
    }

    private static func position(_ step: String, in count: Int) throws(PatchError) -> Int {
        guard let number = Int(step) else { throw .rejected("'\(step)' is no position in an array") }
        let position = number < 0 ? number + count : number
        guard (0..<count).contains(position) else { throw .rejected("the position \(step) is beyond the array") }
        return position
    }

    private static func missing(_ step: String) -> PatchError { .rejected("there is nothing at '\(step)'") }

    // MARK: bounds

    private mutating func measure(_ value: JSON, under pointer: JSONPointer) throws(PatchError) {
        let deepest = JSONParser.Limits().depth
        guard pointer.steps.count <= deepest else { throw .rejected("the path is deeper than \(deepest)") }
        try measure(value, depthLeft: deepest - pointer.steps.count)
    }

    private mutating func measure(_ value: JSON, depthLeft: Int) throws(PatchError) {
        stepsLeft -= 1
        guard stepsLeft > 0 else { throw .rejected("the patch moves too much") }
        guard depthLeft >= 0 else { throw .rejected("the document would nest too deep") }
        switch value {
        case .object(let object): for (_, member) in object { try measure(member, depthLeft: depthLeft - 1) }
        case .array(let elements): for element in elements { try measure(element, depthLeft: depthLeft - 1) }
        default: break
        }
    }
}
