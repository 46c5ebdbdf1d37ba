import ClawBase
import ClawDocuments

/// Writes objects as messages, each message's fields by number. What a message has no field for is left out.
struct ProtobufEncoder {
    let table: ProtobufTable

    func write(_ object: JSONObject, _ message: Int, to out: inout ProtobufBuffer) {
        for field in table.messages[message].fields {
            if case .inline = field.shape {
                guard case .message(let inner) = field.value, hasMembers(object, inner) else { continue }
                out.nested(field.number) { write(object, inner, to: &$0) }
                continue
            }
            guard let value = object[field.key], !value.isNull else { continue }
            switch (field.shape, value) {
            case (.list, .array(let elements)):
                for element in elements { write(element, field.value, field.number, to: &out) }
            case (.map, .object(let members)):
                for (name, member) in members {
                    out.nested(field.number) {
                        $0.text(1, name)
                        write(member, field.value, 2, to: &$0)
                    }
                }
            case (.single, _): write(value, field.value, field.number, to: &out)
            default: continue
            }
        }
    }

    /// Whether an object has any of the members of a message that stands inline.
    private func hasMembers(_ object: JSONObject, _ message: Int) -> Bool {
        table.messages[message].fields.contains { field in
            guard case .inline = field.shape, case .message(let inner) = field.value else {
                return object[field.key] != nil
            }
            return hasMembers(object, inner)
        }
    }

    private func write(_ value: JSON, _ type: ProtobufTable.Value, _ number: UInt64, to out: inout ProtobufBuffer) {
        switch type {
        case .string: if let text = value.string { out.text(number, text) }
        case .integer: if let integer = value.integer { out.integer(number, integer) }
        case .bool: if let flag = value.bool { out.integer(number, flag ? 1 : 0) }
        case .double:
            guard let double = value.number else { return }
            out.tag(number, .fixed64)
            out.fixed64(double.bitPattern)
        case .bytes: if let bytes = value.string.flatMap({ Base64.decode($0) }) { out.data(number, bytes) }
        case .time, .microTime: time(value, type, number, to: &out)
        case .quantity:
            guard let quantity = Quantity(json: value) else { return }
            out.nested(number) { $0.text(1, quantity.text) }
        case .intOrString:
            out.nested(number) {
                if let text = value.string {
                    $0.integer(1, 1)
                    $0.text(3, text)
                } else {
                    $0.integer(1, 0)
                    $0.integer(2, value.integer ?? 0)
                }
            }
        case .json: out.nested(number) { $0.data(1, value.bytes()) }
        case .strings: out.nested(number) { for text in value.array ?? [] { $0.text(1, text.string ?? "") } }
        case .message(let inner):
            if table.messages[inner].isEither {
                out.nested(number) { either(value, inner, to: &$0) }
            } else {
                guard let object = value.object else { return }
                out.nested(number) { write(object, inner, to: &$0) }
            }
        }
    }

    private func time(_ value: JSON, _ type: ProtobufTable.Value, _ number: UInt64, to out: inout ProtobufBuffer) {
        guard let moment = value.string.flatMap({ Timestamp(rfc3339: $0) }) else { return }
        out.nested(number) {
            $0.integer(1, moment.seconds)
            // Times have whole seconds, micro times millionths.
            guard case .microTime = type else { return }
            let fraction = moment.nanoseconds - moment.seconds * 1_000_000_000
            if fraction > 0 { $0.integer(2, fraction / 1000 * 1000) }
        }
    }

    /// One thing or another goes into the field that has its type; where there is a schema, it is allowed besides.
    private func either(_ value: JSON, _ message: Int, to out: inout ProtobufBuffer) {
        for field in table.messages[message].fields {
            switch (field.value, field.shape, value) {
            case (.bool, .single, .bool(let flag)): out.integer(field.number, flag ? 1 : 0)
            case (.bool, .single, .object): out.integer(field.number, 1)
            case (.message, .single, .object): write(value, field.value, field.number, to: &out)
            case (_, .list, .array(let elements)):
                for element in elements { write(element, field.value, field.number, to: &out) }
            default: continue
            }
        }
    }
}
