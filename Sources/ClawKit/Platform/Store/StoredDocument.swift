import ClawBase
import ClawDocuments

/// Reads the members of a stored document; what is missing or of another type is a finding with its place.
struct StoredDocument {
    let kind: RecordKind
    let body: JSON

    init(_ body: JSON, of kind: RecordKind) { (self.body, self.kind) = (body, kind) }

    func string(_ name: String) throws(Finding) -> String {
        guard let value = body[name]?.string else { throw damaged(name) }
        return value
    }

    func integer(_ name: String) throws(Finding) -> Int {
        guard let value = body[name]?.integer else { throw damaged(name) }
        return Int(value)
    }

    func integer64(_ name: String) throws(Finding) -> Int64 {
        guard let value = body[name]?.integer else { throw damaged(name) }
        return value
    }

    func time(_ name: String) throws(Finding) -> Timestamp {
        guard let value = Timestamp(rfc3339: try string(name)) else { throw damaged(name) }
        return value
    }

    func optionalTime(_ name: String) throws(Finding) -> Timestamp? {
        guard let value = body[name], !value.isNull else { return nil }
        return try time(name)
    }

    func word<E: RawRepresentable<String>>(_ name: String, as type: E.Type = E.self) throws(Finding) -> E {
        guard let value = E(rawValue: try string(name)) else { throw damaged(name) }
        return value
    }

    func strings(_ name: String) -> [String: String] {
        var map: [String: String] = [:]
        for (name, value) in body[name]?.object ?? [:] { map[name] = value.string }
        return map
    }

    func list(_ name: String) -> [String] { (body[name]?.array ?? []).compactMap(\.string) }

    func damaged(_ name: String) -> Finding {
        Finding(
            .storage,
            "A stored \(kind) has no usable '\(name)': it was written by another version or has been changed; "
                + "restore it from a backup.", field: name)
    }
}

extension JSONObject {
    /// Writes a time with all its digits.
    mutating func set(_ key: FieldKey, _ time: Timestamp?) {
        self[key] = time.map { .string($0.rfc3339(fractionDigits: 9)) }
    }
}
