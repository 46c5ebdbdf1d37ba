import ClawBase
import ClawDocuments
import FoundationEssentials

/// Swift values as the store keeps them.
enum StoredValue {
    static func json(of value: some Encodable) throws -> JSON {
        try JSONParser.parse(Array(try JSONEncoder().encode(value)))
    }

    /// - Throws: ``Finding`` (`E_STORAGE`).
    static func value<Value: Decodable>(_ type: Value.Type, of json: JSON?, _ what: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: FoundationEssentials.Data((json ?? [:]).bytes()))
        } catch {
            throw Finding(
                .storage, "Cannot read \(what): it was written by another version, which can go on with it. \(error)")
        }
    }
}
