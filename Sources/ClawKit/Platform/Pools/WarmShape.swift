public import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Crypto

/// What a pod is before it is anybody's: everything of a runtime but what is its user's.
///
/// A runtime takes over a pod of the same shape; what is its own then reaches the program as a ``RuntimeBundle``.
struct WarmShape: Sendable, Hashable {
    var shape: RuntimeShape
    /// What every program is told by the platform.
    var variables: [EnvVar]
    var volumeSize: Quantity
    var storageClass: String?
    var serviceAccount: String?
    var driver = RuntimeSpec.Driver.pod
    /// Whether a policy of their own says whom the pods may talk to. What it says may change while they run.
    var hasNetwork = false

    /// Tells pods of this shape from others.
    var hash: String {
        let pod = pod(ObjectMeta(name: ""), volume: PoolMember.volumeName(of: ""))
        let claim = claim(named: "", of: nil)
        var document: JSONObject = ["pod": .object(pod.document), "claim": .object(claim.document)]
        if driver != .pod { document["driver"] = .string(driver.rawValue) }
        return String(Hex.encode(SHA256.hash(data: JSON.object(document).bytes(.canonical))).prefix(16))
    }

    func claim(named name: String, of pool: RuntimePool?) -> PersistentVolumeClaim {
        PersistentVolumeClaim(
            metadata: metadata(PoolMember.volumeName(of: name), pool),
            spec: PersistentVolumeClaimSpec(
                accessModes: ["ReadWriteOnce"],
                resources: VolumeResourceRequirements(requests: ["storage": volumeSize]), storageClassName: storageClass))
    }

    func pod(named name: String, of pool: RuntimePool) -> Pod {
        pod(metadata(name, pool), volume: PoolMember.volumeName(of: name))
    }

    /// - Parameter volume: the claim of its state volume.
    func pod(_ metadata: ObjectMeta, volume: String) -> Pod {
        let tokens = ProjectedVolumeSource(sources: [
            Self.token(RuntimeCell.tokenAudience, at: "token"), Self.token(RuntimeBundle.audience, at: "bundle"),
        ])
        let belongings = RuntimeBelongings(
            variables: variables,
            state: Volume(
                name: RuntimeShape.stateVolume,
                persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: volume)),
            mounts: [(Volume(name: "model-token", projected: tokens), RuntimeCell.tokenDirectory)])
        var pod = Pod(metadata: metadata, spec: shape.podSpec(belongings))
        if hasNetwork { pod.metadata.labels[ProjectPolicies.ownLabel] = "own" }
        pod.spec?.serviceAccountName = serviceAccount
        return pod
    }

    private func metadata(_ name: String, _ pool: RuntimePool?) -> ObjectMeta {
        guard let pool else { return ObjectMeta(name: name) }
        return ObjectMeta(
            name: name, namespace: pool.namespace,
            labels: ["app.kubernetes.io/managed-by": "clawkit", PoolMember.poolLabel: pool.name],
            ownerReferences: [OwnerReference(controlling: pool)])
    }

    private static func token(_ audience: String, at path: String) -> VolumeProjection {
        VolumeProjection(
            serviceAccountToken: ServiceAccountTokenProjection(path: path, audience: audience, expirationSeconds: 3600))
    }
}

extension RuntimeCell {
    /// What a pod must be to be taken over by this runtime.
    /// - Throws: ``Finding`` (`E_NOT_POOLED`) where its pod must be made for it.
    func warmShape() throws(Finding) -> WarmShape {
        func refuse(_ why: String) -> Finding {
            Finding(.notPooled, "\(why), so that its pod is made when it is wanted.", field: "spec.template")
        }
        guard let bundleURL else { throw refuse("Nobody says where the control plane is") }
        if case .failure(let finding) = delivery { throw finding }
        if placement != nil { throw refuse("It runs on enrolled capacity") }
        if shared != nil { throw refuse("It has a directory of a shared volume") }
        if restoresVolumeFrom != nil { throw refuse("Its volume begins as a snapshot") }
        if driver == .sandbox, shape.network != nil { throw refuse("It has a network policy of its own") }
        if driver == .sandbox, reloads { throw refuse("Its secrets follow their sources") }
        let waiting = try waitingShape(refuse)
        for variable in settings.variables {
            // Kubernetes resolves these when it starts a container, and nobody afterwards.
            let reference = variable.valueFrom?.secretKeyRef
            if variable.valueFrom != nil, reference == nil || reference?.name != secretName {
                throw refuse("Its variable \(variable.name) is read from the cluster")
            }
            if variable.value?.contains("$(") ?? false {
                throw refuse("Its variable \(variable.name) refers to others")
            }
        }
        var warm = WarmShape(
            shape: waiting, variables: platformVariables, volumeSize: volumeSize, storageClass: storageClass,
            serviceAccount: serviceAccount, driver: driver, hasNetwork: shape.network != nil)
        warm.shape.network = nil
        warm.variables += [
            EnvVar(name: RuntimeBundle.urlVariable, value: bundleURL),
            EnvVar(name: RuntimeBundle.tokenVariable, value: "\(Self.tokenDirectory)/bundle"),
        ]
        return warm
    }

    /// What a pod is while its user is still to come.
    private func waitingShape(_ refuse: (String) -> Finding) throws(Finding) -> RuntimeShape {
        switch reception {
        case .byProgram:
            if !settings.files.isEmpty { throw refuse("It has files of its user's") }
            return shape
        case .byWaiter(let waiter):
            // A claim cannot say which run of the container is the program's.
            if driver == .sandbox { throw refuse("The profile's program has to know its user when it begins") }
            if reloads { throw refuse("Its program learns of secrets when it begins only") }
            if let name = settings.variables.lazy.map(\.name).first(where: { !BundleWaiter.canSet($0) }) {
                throw refuse("Its variable \(name) cannot be set by a shell")
            }
            guard let waiting = waiter.waiting(for: shape) else { throw refuse("Another image prepares its files") }
            return waiting
        case .never: throw refuse("The profile's program has to know its user when it begins")
        }
    }

    /// Whom the pods of a pool of such runtimes may talk to, until they are somebody's; nil: as the project says.
    func network(of pool: RuntimePool) -> NetworkPolicy? {
        guard driver == .pod, let network = shape.network else { return nil }
        let metadata = ObjectMeta(
            name: Self.networkName(of: pool), namespace: project, labels: ["app.kubernetes.io/managed-by": "clawkit"],
            ownerReferences: [OwnerReference(controlling: pool)])
        return NetworkPolicy(
            metadata: metadata, spec: ProjectPolicies.spec(ofPool: pool.name, network, routers: routers))
    }

    static func networkName(of pool: RuntimePool) -> String { "\(pool.name)-pool" }
}

extension FindingCode {
    /// What cannot come from a ``RuntimePool``.
    public static let notPooled = FindingCode(rawValue: "E_NOT_POOLED")
}
