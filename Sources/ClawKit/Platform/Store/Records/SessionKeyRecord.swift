import ClawBase
import ClawDocuments

/// The keys that sign session cookies, as a store has them: sealed where there is a key for it.
struct SessionKeyRecord: StoredRecord {
    static let kind = RecordKind("session-keys")
    /// There is one.
    static let key = "session-keys"

    enum Form: Hashable {
        case plain(JSON)
        case sealed(String)
    }
    var form: Form
    var key: String { Self.key }

    init(_ keys: SessionKeys, sealedWith sealing: SealingKey?) throws {
        form = try sealing.map { .sealed(try $0.seal(keys.json.bytes(), for: Self.key)) } ?? .plain(keys.json)
    }

    /// - Throws: ``Finding`` (`E_CONFIG`) where they cannot be opened.
    func keys(openedWith sealing: SealingKey?) throws(Finding) -> SessionKeys {
        var json: JSON?
        switch form {
        case .plain(let keys): json = keys
        case .sealed(let text):
            guard let sealing else {
                throw Finding(
                    .badConfig,
                    "The session keys in the store are sealed; start with the --store-key-file of the other "
                        + "control planes.", field: "--store-key-file")
            }
            guard let bytes = sealing.open(text, for: Self.key) else {
                throw Finding(
                    .badConfig,
                    "The session keys in the store were sealed with another secret; start with the "
                        + "--store-key-file of the other control planes.", field: "--store-key-file")
            }
            json = try? JSONParser.parse(bytes)
        }
        guard let keys = json.flatMap({ SessionKeys(json: $0) }) else {
            throw StoredDocument(self.json, of: Self.kind).damaged("keys")
        }
        return keys
    }

    var isSealed: Bool { if case .sealed = form { true } else { false } }

    var json: JSON {
        switch form {
        case .plain(let keys): ["keys": keys]
        case .sealed(let text): ["sealed": .string(text)]
        }
    }

    init(json: JSON) throws(Finding) {
        if let text = json["sealed"]?.string {
            form = .sealed(text)
        } else if let keys = json["keys"] {
            form = .plain(keys)
        } else {
            throw StoredDocument(json, of: Self.kind).damaged("keys")
        }
    }
}
