import ClawBase
import ClawDocuments
import FoundationEssentials
import JWTKit

/// An ID token that was checked (OpenID Connect Core, section 3.1.3.7): signed by the provider, for this client, for
/// this browser's attempt, and not over.
struct IDToken: Sendable {
    /// How far clocks may be apart.
    private static let leeway = Duration.seconds(60)

    let subject: String
    let claims: UnverifiedToken.Claims

    /// - Throws: ``Finding`` (`E_SESSION`) which says what is wrong with it, never what it says.
    init(
        _ token: Secret<String>, from connection: OpenIDConnection, nonce: String, at now: Timestamp
    ) async throws {
        let provider = connection.provider
        guard let unverified = UnverifiedToken(token), let algorithm = unverified.header["alg"]?.string else {
            throw Self.refused("is none")
        }
        let id = unverified.header["kid"]?.string
        guard provider.algorithms.contains(algorithm), let named = JWK.Algorithm(rawValue: algorithm) else {
            throw Self.refused("is signed in a way that is not taken")
        }
        var isSigned = await Self.isSigned(token, by: try await connection.keys(named: id), named)
        if !isSigned, id == nil {
            // The key may have been followed by another.
            isSigned = await Self.isSigned(token, by: try await connection.keys(named: nil, isRefreshing: true), named)
        }
        guard isSigned else { throw Self.refused("is not signed by the provider") }

        let claims = unverified.claims
        guard claims.string("iss") == provider.issuer else { throw Self.refused("is of another issuer") }
        let audiences = claims.audiences
        guard audiences.contains(provider.clientID),
            claims.string("azp").map({ $0 == provider.clientID }) ?? (audiences.count == 1)
        else { throw Self.refused("is for somebody else") }
        guard let end = claims.time("exp"), now < end + Self.leeway else { throw Self.refused("has expired") }
        if let start = claims.time("nbf") ?? claims.time("iat"), start > now + Self.leeway {
            throw Self.refused("is of the future")
        }
        guard let shown = claims.string("nonce"), ConstantTime.equal(shown, nonce) else {
            throw Self.refused("belongs to another sign-in")
        }
        guard let subject = claims.string("sub"), (1...255).contains(subject.utf8.count) else {
            throw Self.refused("says of nobody who it is")
        }
        (self.subject, self.claims) = (subject, claims)
    }

    private struct Anything: JWTPayload {
        // What it says is checked by the initialiser.
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private static func isSigned(_ token: Secret<String>, by keys: [JWK], _ algorithm: JWK.Algorithm) async -> Bool {
        let isCurve = algorithm.rawValue.hasPrefix("ES")
        for var key in keys.prefix(100) {
            // A key that says what it is for is for nothing else; one that does not is for what the token says, where
            // its kind fits.
            guard key.algorithm.map({ $0 == algorithm }) ?? true, key.keyType == (isCurve ? .ecdsa : .rsa) else {
                continue
            }
            key.algorithm = algorithm
            // Whatever the token calls it.
            key.keyIdentifier = "key"
            if (try? await JWTKeyCollection().add(jwk: key, isDefault: true).verify(token.reveal(), as: Anything.self))
                != nil
            {
                return true
            }
        }
        return false
    }

    private static func refused(_ why: String) -> Finding {
        Finding(
            .session, "The provider's ID token \(why); sign in again, and tell an administrator if that does not help.")
    }
}
