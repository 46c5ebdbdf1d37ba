public import ClawBase

extension PlatformStore {
    /// The user a bearer token belongs to. Found by the token's hash: how long the search takes says nothing about
    /// the token itself.
    public func user(withToken token: Secret<String>) async throws -> (
        user: Versioned<User>, credential: User.Credential
    )? {
        let hash = Token.hash(token.reveal())
        guard let found = try await find(User.self, User.tokenIndex, hash),
            let credential = found.record.credentials.first(where: { ConstantTime.equal($0.hash, hash) })
        else { return nil }
        return (found, credential)
    }

    /// The user who is linked to an account at a provider.
    public func user(linkedTo identity: User.Identity) async throws -> Versioned<User>? {
        guard let found = try await find(User.self, User.identityIndex, identity.indexValue),
            found.record.identities.contains(identity)
        else { return nil }
        return found
    }

    /// Gives a user one more token; what has expired goes.
    /// - Throws: ``Finding``: `E_NOT_FOUND`; `E_QUOTA` where the user has ``User/mostTokens``.
    public func addToken(_ credential: User.Credential, to user: String, at now: Timestamp) async throws {
        try await modify(User.self, user) { user in
            user.credentials.removeAll { credential in credential.expiresAt.map { $0 <= now } ?? false }
            guard user.credentials.count < User.mostTokens else {
                throw Finding(
                    FindingCode(rawValue: "E_QUOTA"),
                    "\(user.name) has \(User.mostTokens) tokens already; revoke one that is not needed any more.")
            }
            user.credentials.append(credential)
        }
    }

    /// Takes one of a user's tokens back.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    public func revokeToken(_ id: String, of user: String) async throws {
        try await modify(User.self, user) { user in
            guard let place = user.credentials.firstIndex(where: { $0.id == id }) else {
                throw Finding(.notFound, "\(user.name) has no token '\(id.prefix(64))'; see the list of tokens.")
            }
            user.credentials.remove(at: place)
        }
    }
}
