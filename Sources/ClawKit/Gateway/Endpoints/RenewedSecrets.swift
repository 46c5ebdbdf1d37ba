public import ClawBase
import Synchronization

/// Secrets of a source whose look-up is dear, such as a cluster's: asked for anew after a while, so that a rotated one
/// holds without a restart.
///
/// Where the source does not answer, what was read last goes on to hold for a while; where it says that there is none,
/// there is none. Bounded: the oldest give way.
public final class RenewedSecrets: SecretSource {
    private struct Entry {
        var secret: Secret<String>
        var since: Timestamp
        /// Somebody is asking for it anew; others take what there is.
        var isRenewed = false
    }

    private let source: any SecretSource
    private let lifetime: Duration
    private let longest: Duration
    private let capacity: Int
    private let time: any TimeSource
    private let known = Mutex<[SecretLocation: Entry]>([:])

    /// - Parameters:
    ///   - after: when a secret is asked for anew.
    ///   - longest: how long it holds while the source does not answer.
    public init(
        _ source: some SecretSource, after lifetime: Duration = .seconds(15), longest: Duration = .seconds(600),
        capacity: Int = 1024, time: some TimeSource = .system
    ) {
        (self.source, self.lifetime, self.longest) = (source, lifetime, longest)
        (self.capacity, self.time) = (capacity, time)
    }

    public func secret(_ reference: SecretLocation) async throws -> Secret<String> {
        let now = time.now
        let entry = known.withLock { known -> Entry? in
            guard let entry = known[reference], now - entry.since < longest else { return nil }
            if now - entry.since < lifetime || entry.isRenewed { return entry }
            known[reference]?.isRenewed = true
            return nil
        }
        if let entry { return entry.secret }
        do {
            let secret = try await source.secret(reference)
            keep(secret, reference, now)
            return secret
        } catch let finding as Finding where [.secretMissing, .secretKind].contains(finding.code) {
            known.withLock { $0[reference] = nil }
            throw finding
        } catch {
            let old = known.withLock { known in
                known[reference]?.isRenewed = false
                return known[reference]
            }
            guard let old, now - old.since < longest else { throw error }
            return old.secret
        }
    }

    private func keep(_ secret: Secret<String>, _ reference: SecretLocation, _ now: Timestamp) {
        known.withLock { known in
            if known[reference] == nil, known.count >= capacity,
                let oldest = known.min(by: { $0.value.since < $1.value.since })
            {
                known[oldest.key] = nil
            }
            known[reference] = Entry(secret: secret, since: now)
        }
    }
}
