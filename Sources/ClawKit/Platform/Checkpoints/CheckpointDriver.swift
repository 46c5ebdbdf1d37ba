public import ClawBase
import ClawDocuments
public import ClawKubernetes
import HTTPTypes
public import ClawResources

/// What a checkpoint came to, as the one who made it tells.
public struct StoredCheckpoint: Sendable, Hashable {
    public var method: CheckpointMethod
    /// What the node calls the archive.
    public var location: String
    /// nil where the node does not tell: kubelets answer with the place only.
    public var digest: String?
    public var size: Int?
    public var isEncrypted = false
    public var constraints: CheckpointConstraints?
    public var frozenMilliseconds: Double?
    /// Why it is no better method.
    public var fallback: Finding?

    public init(method: CheckpointMethod, location: String) { (self.method, self.location) = (method, location) }
}

/// One order to make a checkpoint. Given again with the same id it comes to the same archive.
public struct CheckpointOrder: Sendable, Hashable {
    public var id: String
    public var node: String
    public var namespace: String
    public var pod: String
    public var container: String
    public var timeout: Duration
    public var ends: Bool
    public var secret: String?
    /// nil: the best there is.
    public var method: CheckpointMethod?
}

/// The boundary to whatever makes and keeps checkpoints.
public protocol CheckpointDriver: Sendable {
    /// - Throws: ``Finding`` where there will be no checkpoint; anything else may pass.
    func make(_ order: CheckpointOrder) async throws -> StoredCheckpoint
    /// Removes an archive; one that is not there is no error.
    func remove(_ location: String, on node: String) async throws
    /// The archive that an order came to, where its maker did not live to tell.
    func find(order: String, on node: String) async throws -> String?
}

/// By the nodes' own API, through the API server: the kubelet's checkpoint call, and what process nodes know beyond it.
public struct NodeCheckpointDriver: CheckpointDriver {
    private let api: any KubernetesAPI

    public init(api: some KubernetesAPI) { self.api = api }

    private static func path(_ node: String, _ parts: [String]) -> String {
        "/api/v1/nodes/\(Percent.encode(node))/proxy/" + parts.map { Percent.encode($0) }.joined(separator: "/")
    }

    public func make(_ order: CheckpointOrder) async throws -> StoredCheckpoint {
        var query: QueryParameters = [
            "timeout": "\(order.timeout.components.seconds)", "request": order.id,
        ]
        if order.ends { query["end"] = "true" }
        query["secret"] = order.secret
        // Process nodes know more than processes; kubelets know nothing of this.
        switch order.method {
        case nil: query["method"] = "best"
        case .image: query["method"] = "image"
        case .process, .volume: break
        }
        let call = APIRequest(
            .post, Self.path(order.node, ["checkpoint", order.namespace, order.pod, order.container]), query: query,
            timeout: order.timeout + .seconds(30))
        let answer: JSONObject
        do {
            answer = try await api.document(for: call)
        } catch let error as KubernetesError {
            throw Self.finding(error) ?? error
        }
        guard let path = answer["items"]?[0]?.string, !path.isEmpty else {
            throw Finding(
                .checkpointNotMade, "The node \(order.node) told no place of the checkpoint; look at its log.")
        }
        return try await describe(path, order.node)
    }

    /// What the node tells of the archive: process nodes do, kubelets do not.
    private func describe(_ path: String, _ node: String) async throws -> StoredCheckpoint {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let facts = try await optional(APIRequest(.get, Self.path(node, ["checkpoints", name]))) else {
            return StoredCheckpoint(method: .process, location: path)
        }
        let method = facts["method"]?.string.flatMap(CheckpointMethod.init) ?? .process
        var stored = StoredCheckpoint(method: method, location: name)
        stored.fallback = facts["code"]?.string.map { code in
            Finding(FindingCode(rawValue: code), ForeignText.cleaned(facts["reason"]?.string ?? ""))
        }
        stored.digest = facts["digest"]?.string
        stored.size = facts["size"]?.integer.map(Int.init)
        stored.isEncrypted = facts["encrypted"]?.bool ?? false
        stored.frozenMilliseconds = facts["frozenMilliseconds"]?.number
        if let constraints = facts["constraints"] {
            stored.constraints = CheckpointConstraints(
                kernel: constraints["kernel"]?.string, architecture: constraints["architecture"]?.string,
                criu: constraints["criu"]?.string)
        }
        return stored
    }

    public func remove(_ location: String, on node: String) async throws {
        // A kubelet keeps its archives until somebody on the node removes them.
        guard !location.contains("/") else { return }
        _ = try await optional(APIRequest(.delete, Self.path(node, ["checkpoints", location])))
    }

    public func find(order: String, on node: String) async throws -> String? {
        let kept = try await optional(APIRequest(.get, Self.path(node, ["checkpoints"])))
        return kept?["items"]?.array?.first { $0["request"]?.string == order }?["name"]?.string
    }

    private func optional(_ call: APIRequest) async throws -> JSONObject? {
        do {
            return try await api.document(for: call)
        } catch let error as KubernetesError where error.code == 404 || error.code == 405 {
            return nil
        }
    }

    /// Why there will be none; nil for what may pass.
    static func finding(_ error: KubernetesError) -> Finding? {
        let code = error.message.firstMatch(of: /E_CHECKPOINT_[A-Z]+/).map { FindingCode(rawValue: String($0.output)) }
        if let code { return Finding(code, ForeignText.cleaned(error.message)) }
        switch error.code {
        case 403:
            return Finding(.checkpointNotMade, "The orchestrator may not use nodes/proxy; grant it `create` on it.")
        case 404, 500: return Finding(.checkpointNotMade, "The node refused: \(ForeignText.cleaned(error.message))")
        default: return nil
        }
    }
}

extension FindingCode {
    /// The source is not there, does not run, or its node refuses.
    public static let checkpointNotMade = FindingCode(rawValue: "E_CHECKPOINT_SOURCE")
}
