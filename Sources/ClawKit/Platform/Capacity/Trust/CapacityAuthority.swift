public import ClawBase
public import ClawCertificates
import ClawDocuments
public import ClawKubernetes
import ClawModels
import ClawResources
import Synchronization

/// Signs the certificates by which enrolled capacity and the platform know each other.
///
/// Two authorities, so that no capacity's certificate is taken for the platform's: one signs capacity's, the other what
/// the platform shows, as a server to capacity that calls it and as a client to capacity that it calls. They are kept in
/// the Secret `clawkit-system/capacity-authority`, which all control planes and orchestrators of a platform read; where
/// it is deleted they are made anew, and all capacity is to be enrolled again.
public final class CapacityAuthority: Sendable {
    static let secretName = "capacity-authority"
    /// How long what it signs holds. Half of it may pass before it is renewed.
    public static let lifetime = Duration.seconds(86_400)

    private let members: CertificateAuthority
    private let platform: CertificateAuthority
    private let time: any TimeSource
    private let caller = Mutex<IssuedCertificate?>(nil)
    private let server = Mutex<IssuedCertificate?>(nil)

    /// The authority that capacity's certificates are from, as PEM text.
    public var membersPEM: String { members.certificatePEM }
    /// The authority that the platform's certificates are from, as PEM text.
    public var platformPEM: String { platform.certificatePEM }

    private init(members: CertificateAuthority, platform: CertificateAuthority, time: any TimeSource) {
        (self.members, self.platform, self.time) = (members, platform, time)
    }

    /// Reads it from the cluster, and makes it where there is none.
    /// - Throws: ``Finding`` (`E_CONFIG`) where the Secret has been spoilt.
    public static func open(in api: some KubernetesAPI, time: any TimeSource) async throws -> CapacityAuthority {
        try await PlatformSettings.makeNamespace(in: api)
        if let found = try await api.find(KubernetesSecret.self, secretName, in: PlatformSettings.namespace) {
            return try read(found, time)
        }
        let now = time.now
        let members = try CertificateAuthority.create(commonName: "ClawKit capacity", now: now)
        let platform = try CertificateAuthority.create(commonName: "ClawKit platform", now: now)
        let texts = [
            "members.crt": members.certificatePEM, "members.key": members.keyPEM.reveal(),
            "platform.crt": platform.certificatePEM, "platform.key": platform.keyPEM.reveal(),
        ]
        do {
            _ = try await api.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: secretName, namespace: PlatformSettings.namespace),
                    data: texts.mapValues { Base64.encode($0.utf8) }, type: "Opaque"))
            return CapacityAuthority(members: members, platform: platform, time: time)
        } catch let error as KubernetesError where error.isAlreadyExists {
            // Another process was quicker.
            return try read(
                try await api.get(KubernetesSecret.self, secretName, in: PlatformSettings.namespace), time)
        }
    }

    private static func read(_ secret: KubernetesSecret, _ time: any TimeSource) throws -> CapacityAuthority {
        func text(_ name: String) throws(Finding) -> String {
            guard let bytes = secret.data[name].flatMap({ Base64.decode($0) }) else {
                throw Finding(
                    .badConfig,
                    "The Secret \(PlatformSettings.namespace)/\(secretName) has no member '\(name)'; restore it, or delete "
                        + "it and enrol all capacity again.")
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        func pair(_ name: String) throws(Finding) -> CertificateAuthority {
            try CertificateAuthority(certificatePEM: text("\(name).crt"), keyPEM: Secret(text("\(name).key")))
        }
        return CapacityAuthority(members: try pair("members"), platform: try pair("platform"), time: time)
    }

    // MARK: what it signs

    /// A certificate for capacity as it is enrolled now.
    /// - Throws: ``Finding`` (`E_CERTIFICATE_REQUEST`).
    func sign(_ request: String, for capacity: RemoteCapacity) throws(Finding) -> SignedCertificate {
        try members.sign(
            request: request, name: String(capacity.name.prefix(64)), organization: "clawkit capacity", hosts: [capacity.serverName],
            lifetime: Self.lifetime, now: time.now)
    }

    /// What the platform shows to capacity that it calls.
    func clientIdentity() throws -> IssuedCertificate {
        try fresh(caller) { try platform.issueClient(user: "clawkit", groups: [], now: $0, lifetime: Self.lifetime) }
    }

    /// What a control plane shows to capacity that calls it; signed anew when half of its time is over.
    /// - Parameter hosts: under which it is called; always the same ones.
    public func serverIdentity(hosts: [String]) throws -> IssuedCertificate {
        try fresh(server) { try platform.issueServer(hosts: hosts, now: $0, lifetime: Self.lifetime) }
    }

    private func fresh(
        _ kept: borrowing Mutex<IssuedCertificate?>, _ issue: (Timestamp) throws -> IssuedCertificate
    ) throws -> IssuedCertificate {
        try kept.withLock { kept in
            let now = time.now
            if let kept, kept.notAfter - now > Self.lifetime / 2 { return kept }
            let made = try issue(now)
            kept = made
            return made
        }
    }
}

extension RemoteCapacity {
    /// What its certificate must be for: another capacity's is for another name, and so is one of an earlier enrolment,
    /// or of capacity that was called the same once.
    var serverName: String { "\(uid ?? "none").e\(status.epoch).capacity.clawkit.internal" }
}
