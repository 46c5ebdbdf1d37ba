public import ClawBase
public import ClawDocuments
public import ClawLedger

/// Limits as the store keeps them: whoever may change them does, and every gateway heeds them.
extension UsageLimit: StoredRecord {
    public static let kind = RecordKind("limit")

    public var key: String { id.key }
    static let holderIndex = "holder"
    public var indexes: [RecordIndex] { [RecordIndex(Self.holderIndex, id.owner.description)] }

    /// `{id, window, limits: {cost?, tokens?, requests?, inFlight?}, softPercent?}`
    public var json: JSON {
        var object = JSONObject()
        object.set("id", id.key)
        object.set("window", window.description)
        object["limits"] = .object(limits.reduce(into: JSONObject()) { $0[$1.key.rawValue] = .integer($1.value) })
        object.set("softPercent", softPercent)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        guard let id = UsageLimitID(key: try document.string("id")) else { throw document.damaged("id") }
        guard let window = UsageWindow(try document.string("window")) else { throw document.damaged("window") }
        var limits: [UsageUnit: Int64] = [:]
        for unit in UsageUnit.allCases { limits[unit] = json["limits"]?[unit.rawValue]?.integer }
        self.init(id, limits, per: window, softPercent: json["softPercent"]?.integer.map { Int($0) })
    }
}

extension PlatformStore {
    /// The limits of one holder.
    public func limits(of holder: UsageHolder) async throws -> [Versioned<UsageLimit>] {
        try await list(UsageLimit.self, index: (UsageLimit.holderIndex, holder.description))
    }

    /// Declares a limit, or changes it.
    ///
    /// What was given to processes before counts as it was; from this commit on nothing is given beyond.
    /// - Throws: ``Finding`` (`E_INVALID`).
    @discardableResult
    public func setLimit(_ limit: UsageLimit) async throws -> Versioned<UsageLimit> {
        try limit.check()
        while true {
            do {
                guard try await get(UsageLimit.self, limit.key) != nil else { return try await create(limit) }
                return try await modify(UsageLimit.self, limit.key) { $0 = limit }
            } catch let finding as Finding where [.alreadyExists, .notFound].contains(finding.code) {
                // Somebody declared it, or took it away, in this moment.
                try Task.checkCancellation()
            }
        }
    }
}
