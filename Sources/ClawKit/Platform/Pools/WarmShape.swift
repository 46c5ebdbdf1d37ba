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

    /// Tells pods of this shape from others.
    var hash: String {
        let pod = pod(named: "", of: nil)
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

    func pod(named name: String, of pool: RuntimePool?) -> Pod {
        let tokens = ProjectedVolumeSource(sources: [
            Self.token(RuntimeCell.tokenAudience, at: "token"), Self.token(RuntimeBundle.audience, at: "bundle"),
        ])
        let belongings = RuntimeBelongings(
            variables: variables,
            state: Volume(
                name: RuntimeShape.stateVolume,
                persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: PoolMember.volumeName(of: name))),
            mounts: [(Volume(name: "model-token", projected: tokens), RuntimeCell.tokenDirectory)])
        var pod = Pod(metadata: metadata(name, pool), spec: shape.podSpec(belongings))
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
        guard takesBundle else { throw refuse("The profile's program has to know its user when it begins") }
        if case .failure(let finding) = delivery { throw finding }
        if placement != nil { throw refuse("It runs on enrolled capacity") }
        if shared != nil { throw refuse("It has a directory of a shared volume") }
        if restoresVolumeFrom != nil { throw refuse("Its volume begins as a snapshot") }
        if shape.network != nil { throw refuse("It has a network policy of its own") }
        if !settings.files.isEmpty { throw refuse("It has files of its user's") }
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
        if reloads { throw refuse("Its secrets follow their sources as files") }
        var warm = WarmShape(
            shape: shape, variables: platformVariables, volumeSize: volumeSize, storageClass: storageClass,
            serviceAccount: serviceAccount, driver: driver)
        warm.variables += [
            EnvVar(name: RuntimeBundle.urlVariable, value: bundleURL),
            EnvVar(name: RuntimeBundle.tokenVariable, value: "\(Self.tokenDirectory)/bundle"),
        ]
        return warm
    }
}

extension FindingCode {
    /// What cannot come from a ``RuntimePool``.
    public static let notPooled = FindingCode(rawValue: "E_NOT_POOLED")
}
