public import ClawBase
public import ClawLedger

extension PlatformStore {
    /// The record of a key that somebody shows, valid or not.
    public func modelKey(_ key: Secret<String>) async throws -> Versioned<ModelKey>? {
        try await modelKey(hash: Token.hash(key.reveal()))
    }

    /// Likewise, by ``Token/hash(_:)`` of the key.
    public func modelKey(hash: String) async throws -> Versioned<ModelKey>? {
        guard let found = try await find(ModelKey.self, ModelKey.hashIndex, hash),
            ConstantTime.equal(found.record.hash, hash)
        else { return nil }
        return found
    }

    /// The keys of a tenant, project, user or runtime.
    public func modelKeys(
        of holder: UsageHolder, after: String? = nil, limit: Int = 1000
    ) async throws -> [Versioned<ModelKey>] {
        try await list(ModelKey.self, index: (ModelKey.holderIndex, holder.description), after: after, limit: limit)
    }

    /// The keys with a label.
    public func modelKeys(labelled label: String) async throws -> [Versioned<ModelKey>] {
        try await list(ModelKey.self, index: (ModelKey.labelIndex, label))
    }

    /// Keeps a new key and the limits of its own, in one commit.
    /// - Parameter limits: whosever they are, they become the key's.
    /// - Throws: ``Finding`` (`E_EXISTS`, `E_INVALID` for a limit).
    @discardableResult
    public func issue(_ key: ModelKey, limits: [UsageLimit]) async throws -> Versioned<ModelKey> {
        let own = limits.map { $0.owned(by: .key(key.id)) }
        for limit in own { try limit.check() }
        return Versioned(key, version: try await commit([.create(key)] + own.map { .create($0) }))
    }

    /// Changes a key, and limits of its own, in one commit.
    /// - Parameters:
    ///   - limits: by name; nil takes one away.
    ///   - change: may be called again, on the key as somebody else has left it.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`, `E_INVALID` for a limit), or what `change` throws.
    @discardableResult
    public func changeModelKey(
        _ id: String, limits: [String: UsageLimit?] = [:],
        _ change: @escaping @Sendable (inout ModelKey) throws -> Void = { _ in }
    ) async throws -> ModelKey {
        var own: [(key: String, limit: UsageLimit?)] = []
        for (name, limit) in limits {
            var limit = limit
            limit?.id = UsageLimitID(of: .key(id), name)
            try limit?.check()
            own.append((UsageLimitID(of: .key(id), name).key, limit))
        }
        let wished = own
        let keys = [RecordKey(ModelKey.kind, id)] + wished.map { RecordKey(UsageLimit.kind, $0.key) }
        return try await commit(over: keys) { rows in
            var found = try rows.require(ModelKey.self, id)
            try change(&found.record)
            var changes: [RecordChange] = [.replace(found)]
            for (key, limit) in wished {
                switch (try rows.get(UsageLimit.self, key), limit) {
                case (nil, nil): break
                case (nil, let limit?): changes.append(.create(limit))
                case (let old?, nil): changes.append(.delete(UsageLimit.kind, key: key, version: old.version))
                case (var old?, let limit?):
                    old.record = limit
                    changes.append(.replace(old))
                }
            }
            return (RecordWrites(changes), found.record)
        }.result
    }

    /// Makes a key void, once and for all; limits of its own go with it.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    @discardableResult
    public func revokeModelKey(_ id: String, at now: Timestamp) async throws -> ModelKey {
        let own = try await limits(of: .key(id)).map { ($0.record.id.name, UsageLimit?.none) }
        return try await changeModelKey(id, limits: Dictionary(own) { first, _ in first }) {
            $0.revokedAt = $0.revokedAt ?? now
        }
    }
}

extension UsageLimit {
    /// The same limit for somebody else.
    fileprivate func owned(by holder: UsageHolder) -> UsageLimit {
        var limit = self
        limit.id = UsageLimitID(of: holder, id.name)
        return limit
    }
}
