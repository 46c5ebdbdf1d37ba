public import ClawBase
import ClawDocuments
public import ClawKubernetes
import ClawModels

/// Reads the values kept in a place.
public protocol ValueSource: Sendable {
    /// - Parameter last: what was read there before; a source that lends values prolongs the loan where it can.
    /// - Throws: ``Finding``: ``FindingCode/secretMissing`` where the place is empty, ``FindingCode/secretKind`` where
    ///   this source has no such places, ``FindingCode/environmentSource`` where who asks may not; whatever a source
    ///   throws that does not answer. None of them holds a value.
    func read(_ place: ValuePlace, last: ValueReading?) async throws -> ValueReading
}

/// What was read in a place.
public struct ValueReading: Sendable, Hashable {
    /// A value on loan: good until it ends.
    public struct Lease: Sendable, Hashable {
        public var id: String
        public var duration: Duration
        public var isRenewable: Bool
        public init(id: String, duration: Duration, isRenewable: Bool) {
            (self.id, self.duration, self.isRenewable) = (id, duration, isRenewable)
        }
    }

    public var values: [String: Secret<String>]
    /// As the source counts, where it does.
    public var version: String?
    public var lease: Lease?

    public init(_ values: [String: Secret<String>], version: String? = nil, lease: Lease? = nil) {
        (self.values, self.version, self.lease) = (values, version, lease)
    }
}

/// Asks each source by the kind of place.
public struct ValueSources: ValueSource {
    private let cluster: any ValueSource
    private let host: any ValueSource
    private let vault: (any ValueSource)?

    /// - Parameter vault: nil: there are no ``SecretStore``s here.
    public init(
        cluster: some ValueSource, host: some ValueSource = HostValues(), vault: (any ValueSource)? = nil
    ) {
        (self.cluster, self.host, self.vault) = (cluster, host, vault)
    }

    public func read(_ place: ValuePlace, last: ValueReading?) async throws -> ValueReading {
        switch place {
        case .secret: try await cluster.read(place, last: last)
        case .file, .environment: try await host.read(place, last: last)
        case .vault:
            if let vault { try await vault.read(place, last: last) } else { throw Finding.notHere(place) }
        }
    }
}

/// Values in Kubernetes Secrets.
public struct ClusterValues: ValueSource {
    private let api: any KubernetesAPI

    public init(_ api: some KubernetesAPI) { self.api = api }

    public func read(_ place: ValuePlace, last: ValueReading?) async throws -> ValueReading {
        guard case .secret(let namespace, let name) = place else { throw Finding.notHere(place) }
        guard let secret = try await api.find(KubernetesSecret.self, name, in: namespace) else {
            throw Finding(
                .secretMissing, "There is no Secret \(namespace)/\(name); create it.", field: place.description)
        }
        var values: [String: Secret<String>] = [:]
        for (key, text) in secret.data {
            if let bytes = Base64.decode(text) { values[key] = Secret(String(decoding: bytes, as: UTF8.self)) }
        }
        return ValueReading(values, version: secret.metadata.resourceVersion)
    }
}

/// Values in files and in the environment of this process.
public struct HostValues: ValueSource {
    private let secrets: any SecretSource

    public init(_ secrets: some SecretSource = CompositeSecrets([EnvironmentSecrets(), FileSecrets()])) {
        self.secrets = secrets
    }

    public func read(_ place: ValuePlace, last: ValueReading?) async throws -> ValueReading {
        switch place {
        case .file(let path): ValueReading(["": try await secrets.secret(.file(path))])
        case .environment(let name): ValueReading(["": try await secrets.secret(.environment(name))])
        default: throw Finding.notHere(place)
        }
    }
}

extension Finding {
    static func notHere(_ place: ValuePlace) -> Finding {
        Finding(.secretKind, "Nothing here can read \(place); keep the value elsewhere.")
    }
}
