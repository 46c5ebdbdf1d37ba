import ClawBase
import ClawCertificates
import ClawDocuments
import ClawKubernetes
import ClawModels

/// A server's certificate and authority, kept in a Secret that all replicas share.
///
/// A new authority is trusted before anything it signed is shown: the bundle holds the old and the new one until the
/// old one's certificates have ended.
struct WebhookCertificates: Sendable {
    let secret: (namespace: String, name: String)
    let hosts: [String]
    let lifetimes: WebhookServer.Lifetimes

    struct Kept: Sendable {
        /// The authorities to trust, the signing one first.
        var bundle: [String]
        var authority: CertificateAuthority
        var server: IssuedCertificate
        /// Whether the signing authority has been in a bundle that the API server got.
        var isTrusted: Bool
    }

    /// What is kept, with whatever is due done: made, renewed, forgotten. Of several replicas one wins, and the others
    /// take what it wrote.
    func settled(in api: any KubernetesAPI, time: any TimeSource) async throws -> Kept {
        var attempt = 0
        while true {
            attempt += 1
            let now = time.now
            let found = try await api.find(KubernetesSecret.self, secret.name, in: secret.namespace)
            let before = found.flatMap(read)
            let after = try due(before, now: now)
            if let before, !isChanged(before, after) { return before }
            do {
                try await write(after, over: found, in: api)
                return after
            } catch let error as KubernetesError where (error.isConflict || error.isAlreadyExists) && attempt < 10 {
                try await time.sleep(for: .milliseconds(20 * attempt))
            }
        }
    }

    /// The authority has reached the API server: from now on it may sign what is shown.
    func trusted(_ kept: Kept, in api: any KubernetesAPI) async throws {
        if kept.isTrusted { return }
        var kept = kept
        kept.isTrusted = true
        guard let found = try await api.find(KubernetesSecret.self, secret.name, in: secret.namespace) else { return }
        // Whoever else was quicker has done the same.
        do { try await write(kept, over: found, in: api) } catch let error as KubernetesError where error.isConflict {}
    }

    // MARK: what is due

    func due(_ kept: Kept?, now: Timestamp) throws -> Kept {
        guard var kept else {
            let authority = try newAuthority(now)
            return Kept(
                bundle: [authority.certificatePEM], authority: authority, server: try issue(authority, now),
                isTrusted: false)
        }
        kept.bundle = kept.bundle.filter { pem in
            pem == kept.authority.certificatePEM || (end(of: pem) ?? now) > now
        }
        if kept.authority.notAfter - now <= lifetimes.authority / 3 {
            kept.authority = try newAuthority(now)
            kept.bundle.insert(kept.authority.certificatePEM, at: 0)
            kept.isTrusted = false
        }
        if kept.server.notAfter <= now {
            // Nothing that is shown is trusted any more: rather a new one now.
            kept.server = try issue(kept.authority, now)
        } else if kept.isTrusted, isDue(kept, now) {
            kept.server = try issue(kept.authority, now)
        }
        return kept
    }

    private func isDue(_ kept: Kept, _ now: Timestamp) -> Bool {
        kept.server.notAfter - now <= lifetimes.server / 3 || !kept.authority.hasSigned(kept.server)
    }

    /// When something will be due next, at the latest.
    func nextCheck(_ kept: Kept, now: Timestamp) -> Timestamp {
        let server = kept.server.notAfter - lifetimes.server / 3
        let authority = kept.authority.notAfter - lifetimes.authority / 3
        return max(now + .seconds(1), min(server, authority, now + lifetimes.check))
    }

    private func newAuthority(_ now: Timestamp) throws -> CertificateAuthority {
        try CertificateAuthority.create(commonName: "\(secret.name) webhooks", now: now, lifetime: lifetimes.authority)
    }

    private func issue(_ authority: CertificateAuthority, _ now: Timestamp) throws -> IssuedCertificate {
        try authority.issueServer(hosts: hosts, now: now, lifetime: lifetimes.server)
    }

    private func end(of pem: String) -> Timestamp? {
        IssuedCertificate(certificatePEM: pem, keyPEM: Secret(""))?.notAfter
    }

    private func isChanged(_ a: Kept, _ b: Kept) -> Bool {
        a.bundle != b.bundle || a.server.certificatePEM != b.server.certificatePEM
            || a.authority.certificatePEM != b.authority.certificatePEM
    }
}
