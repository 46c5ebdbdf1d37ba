import ClawDocuments

/// Reads messages as the objects that JSON has for them.
///
/// Whatever the bytes, it ends with an object or an error: messages may nest only so deep, and what is read is never
/// more than what there is.
struct ProtobufDecoder {
    let table: ProtobufTable
    /// Reads Kubernetes' envelope where it stands within a value of any kind.
    let envelope: (ArraySlice<UInt8>, _ depth: Int) throws(ProtobufError) -> JSONObject

    func object(_ bytes: ArraySlice<UInt8>, _ message: Int, depth: Int) throws(ProtobufError) -> JSONObject {
        guard depth > 0 else { throw ProtobufError("the message nests too deep") }
        let message = table.messages[message]
        var object = JSONObject()
        var lists: [Int: [JSON]] = [:]
        var maps: [Int: [(name: String, value: JSON)]] = [:]
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.next() {
            guard let place = message.field(number) else {
                try reader.skip(wire)
                continue
            }
            let field = message.fields[place]
            switch field.shape {
            case .single:
                object[field.key] = try value(&reader, wire, field, depth: depth)
            case .list:
                try elements(&reader, wire, field, depth: depth, into: &lists[place, default: []])
            case .map:
                try maps[place, default: []].append(member(&reader, wire, field, depth: depth))
            case .inline:
                guard case .message(let inner) = field.value, wire == .bytes else { throw Self.wrong(wire, field) }
                for (name, value) in try self.object(try reader.lengthDelimited(), inner, depth: depth - 1) {
                    object[name] = value
                }
            }
        }
        for (place, list) in lists { object[message.fields[place].key] = .array(list) }
        for (place, members) in maps { object[message.fields[place].key] = .object(try Self.map(members)) }
        return object
    }

    private static func wrong(_ wire: ProtobufReader.Wire, _ field: ProtobufTable.Field) -> ProtobufError {
        ProtobufError("proto: wrong wireType = \(wire.rawValue) for field \(field.key.name)")
    }

    /// Of entries with one name the last counts.
    private static func map(_ members: [(name: String, value: JSON)]) throws(ProtobufError) -> JSONObject {
        var places: [String: Int] = [:]
        var distinct: [(name: String, value: JSON)] = []
        for member in members {
            if let place = places[member.name] {
                distinct[place] = member
            } else {
                places[member.name] = distinct.count
                distinct.append(member)
            }
        }
        guard distinct.count <= JSONObject.mostNames else { throw ProtobufError("a map has too many members") }
        return JSONObject(distinct: distinct)
    }

    /// One entry of a map: a message with the name as field 1 and the value as field 2.
    private func member(
        _ reader: inout ProtobufReader, _ wire: ProtobufReader.Wire, _ field: ProtobufTable.Field, depth: Int
    ) throws(ProtobufError) -> (name: String, value: JSON) {
        guard wire == .bytes else { throw Self.wrong(wire, field) }
        var entry = ProtobufReader(try reader.lengthDelimited())
        var name = ""
        var value: JSON?
        while let (number, wire) = try entry.next() {
            switch (number, wire) {
            case (1, .bytes): name = String(decoding: try entry.lengthDelimited(), as: UTF8.self)
            case (2, _): value = try self.value(&entry, wire, field, depth: depth, keepsZero: true)
            default: try entry.skip(wire)
            }
        }
        if let value { return (name, value) }
        // A value that is left out is the type's zero.
        var zero = ProtobufReader([0])
        let form: ProtobufReader.Wire =
            switch field.value {
            case .integer, .bool: .varint
            case .double: .fixed64
            default: .bytes
            }
        if form == .fixed64 { return (name, 0) }
        return (name, try self.value(&zero, form, field, depth: depth, keepsZero: true) ?? .null)
    }

    private func elements(
        _ reader: inout ProtobufReader, _ wire: ProtobufReader.Wire, _ field: ProtobufTable.Field, depth: Int,
        into list: inout [JSON]
    ) throws(ProtobufError) {
        // Numbers may come packed: many in one field.
        if case .integer = field.value, wire == .bytes {
            var packed = ProtobufReader(try reader.lengthDelimited())
            while !packed.isAtEnd { list.append(.integer(Int64(bitPattern: try packed.varint()))) }
        } else if let value = try value(&reader, wire, field, depth: depth, keepsZero: true) {
            list.append(value)
        }
    }

    /// A value; nil for a zero that is the same as nothing.
    private func value(
        _ reader: inout ProtobufReader, _ wire: ProtobufReader.Wire, _ field: ProtobufTable.Field, depth: Int,
        keepsZero: Bool = false
    ) throws(ProtobufError) -> JSON? {
        let keepsZero = keepsZero || field.keepsZero
        switch (field.value, wire) {
        case (.integer, .varint):
            let number = Int64(bitPattern: try reader.varint())
            return number != 0 || keepsZero ? .integer(number) : nil
        case (.bool, .varint):
            let flag = try reader.varint() != 0
            return flag || keepsZero ? .bool(flag) : nil
        case (.double, .fixed64):
            let number = Double(bitPattern: try reader.fixed64())
            guard number.isFinite else { throw ProtobufError("proto: no finite number in field \(field.key.name)") }
            return number != 0 || keepsZero ? Self.number(number) : nil
        case (_, .bytes):
            return try composite(try reader.lengthDelimited(), field, depth: depth, keepsZero: keepsZero)
        default: throw Self.wrong(wire, field)
        }
    }

    /// Whole numbers are written without a fraction.
    private static func number(_ number: Double) -> JSON {
        JSON.double(number).integer.map(JSON.integer) ?? .double(number)
    }

    /// What has a length before it.
    private func composite(
        _ bytes: ArraySlice<UInt8>, _ field: ProtobufTable.Field, depth: Int, keepsZero: Bool
    ) throws(ProtobufError) -> JSON? {
        switch field.value {
        case .string:
            return bytes.isEmpty && !keepsZero ? nil : .string(String(decoding: bytes, as: UTF8.self))
        case .message(let inner):
            let object = try object(bytes, inner, depth: depth - 1)
            return table.messages[inner].isEither ? Self.either(object) : .object(object)
        case .integer, .bool, .double: throw Self.wrong(.bytes, field)
        default: return try special(bytes, field.value, depth: depth, keepsZero: keepsZero)
        }
    }

    /// The one member that is meant: a list before an object before a switch.
    private static func either(_ object: JSONObject) -> JSON? {
        let values = object.map(\.value)
        return values.first { $0.array != nil } ?? values.first { $0.object != nil } ?? values.first
    }
}
