import ClawBase
import ClawDocuments

/// Messages whose JSON is no object.
extension ProtobufDecoder {
    func special(
        _ bytes: ArraySlice<UInt8>, _ value: ProtobufTable.Value, depth: Int, keepsZero: Bool
    ) throws(ProtobufError) -> JSON? {
        // `nil` beside a value would be JSON's null here.
        switch value {
        case .bytes: return bytes.isEmpty && !keepsZero ? Self.nothing : .string(Base64.encode(bytes))
        case .time, .microTime:
            let isMicro = if case .microTime = value { true } else { false }
            if let time = try Self.time(bytes, fractionDigits: isMicro ? 6 : 0) { return time }
            return keepsZero ? .null : Self.nothing
        case .quantity: return .string(try Self.strings(bytes).last.flatMap { $0.isEmpty ? nil : $0 } ?? "0")
        case .intOrString: return try Self.intOrString(bytes)
        case .json: return try json(bytes, depth: depth)
        case .strings: return .array(try Self.strings(bytes).map(JSON.string))
        case .string, .integer, .bool, .double, .message: return Self.nothing
        }
    }

    private static let nothing: JSON? = .none

    /// `{seconds = 1, nanos = 2}`; no bytes at all are no moment.
    private static func time(_ bytes: ArraySlice<UInt8>, fractionDigits: Int) throws(ProtobufError) -> JSON? {
        if bytes.isEmpty { return Self.nothing }
        var (seconds, nanoseconds) = (Int64(0), Int64(0))
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.next() {
            switch (number, wire) {
            case (1, .varint): seconds = Int64(bitPattern: try reader.varint())
            case (2, .varint): nanoseconds = Int64(bitPattern: try reader.varint())
            default: try reader.skip(wire)
            }
        }
        let (whole, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !isTooLarge, (0..<1_000_000_000).contains(nanoseconds),
            case let (sum, overflow) = whole.addingReportingOverflow(fractionDigits > 0 ? nanoseconds : 0), !overflow
        else { throw ProtobufError("a time is out of range: \(seconds) s") }
        return .string(Timestamp(nanoseconds: sum).rfc3339(fractionDigits: fractionDigits))
    }

    /// `{string items = 1}`, of which a quantity has one.
    private static func strings(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) -> [String] {
        var strings: [String] = []
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.next() {
            if number == 1, wire == .bytes {
                strings.append(String(decoding: try reader.lengthDelimited(), as: UTF8.self))
            } else {
                try reader.skip(wire)
            }
        }
        return strings
    }

    /// `{type = 1, intVal = 2, strVal = 3}`; the type 1 means text.
    private static func intOrString(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) -> JSON {
        var (type, number, text) = (UInt64(0), Int64(0), "")
        var reader = ProtobufReader(bytes)
        while let (field, wire) = try reader.next() {
            switch (field, wire) {
            case (1, .varint): type = try reader.varint()
            case (2, .varint): number = Int64(bitPattern: try reader.varint())
            case (3, .bytes): text = String(decoding: try reader.lengthDelimited(), as: UTF8.self)
            default: try reader.skip(wire)
            }
        }
        return type == 0 ? .integer(number) : .string(text)
    }

    /// `{bytes raw = 1}`: JSON text, or an object in Kubernetes' envelope.
    private func json(_ bytes: ArraySlice<UInt8>, depth: Int) throws(ProtobufError) -> JSON? {
        var raw: ArraySlice<UInt8> = []
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.next() {
            if number == 1, wire == .bytes { raw = try reader.lengthDelimited() } else { try reader.skip(wire) }
        }
        if raw.isEmpty { return Self.nothing }
        if raw.starts(with: ProtobufCodec.magic) { return .object(try envelope(raw, depth - 1)) }
        do {
            let value = try JSONParser.parse(Array(raw), limits: .init(depth: depth))
            return value.isNull ? Self.nothing : value
        } catch {
            throw ProtobufError("an embedded value is no JSON: \(error.message)")
        }
    }
}
