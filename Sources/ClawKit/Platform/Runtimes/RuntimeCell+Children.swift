import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Crypto

/// The objects of a runtime.
extension RuntimeCell {
    var labels: [String: String] {
        ["app.kubernetes.io/managed-by": "clawkit", Self.runtimeLabel: name, Self.userLabel: user]
    }

    static let runtimeLabel = "clawkit.dev/runtime"
    /// Whose runtime, and whose data.
    static let userLabel = "clawkit.dev/user"

    func metadata(_ name: String, owned: Bool = true) -> ObjectMeta {
        ObjectMeta(name: name, namespace: project, labels: labels, ownerReferences: owned ? [owner] : [])
    }

    /// The volume has a life of its own; only ``RuntimeAction/wipeVolume`` ends it.
    var claim: PersistentVolumeClaim {
        PersistentVolumeClaim(
            metadata: metadata(volumeName, owned: false),
            spec: PersistentVolumeClaimSpec(
                accessModes: ["ReadWriteOnce"],
                dataSource: restoresVolumeFrom.map {
                    TypedLocalObjectReference(kind: "VolumeSnapshot", name: $0, apiGroup: VolumeSnapshot.type.group)
                },
                resources: VolumeResourceRequirements(requests: ["storage": volumeSize]),
                storageClassName: storageClass))
    }

    /// What the volume holds before another program gets it, named after that program's cell; nil: none is wanted.
    var snapshot: VolumeSnapshot? {
        snapshots.map { wanted in
            VolumeSnapshot(
                metadata: metadata("\(name)-\(hash)", owned: false), claim: volumeName, snapshotClass: wanted.snapshotClass)
        }
    }

    func secret(modelKey: Secret<String>, gatewayToken: Secret<String>) -> KubernetesSecret {
        KubernetesSecret(
            metadata: metadata(secretName),
            data: [
                Self.modelKey: Base64.encode(Array(modelKey.reveal().utf8)),
                Self.gatewayToken: Base64.encode(Array(gatewayToken.reveal().utf8)),
            ], type: "Opaque")
    }

    func grant(keyHash: String) -> ModelGrantResource {
        ModelGrantResource(
            metadata: metadata(name), keyHash: keyHash, tenant: nil, project: project, user: user, runtime: name,
            models: models)
    }

    /// Its program's configuration; nil where it needs none.
    var files: ConfigMap? {
        settings.files.isEmpty ? nil : ConfigMap(metadata: metadata(filesName), data: settings.files)
    }

    /// Whom its pod may talk to; nil: as the project says.
    var network: NetworkPolicy? {
        shape.network.map { wanted in
            NetworkPolicy(metadata: metadata(secretName), spec: ProjectPolicies.spec(of: name, wanted, routers: routers))
        }
    }

    // MARK: the pod

    /// What tells this pod from one for other settings.
    var hash: String { placement == nil ? pod.annotations[Self.hashAnnotation] ?? "" : Self.remoteHash }

    /// The pod, marked with a hash of itself: pods cannot be changed, so another hash means another pod.
    var pod: Pod {
        var pod = Pod(metadata: metadata(name), spec: shape.podSpec(belongings))
        pod.spec?.serviceAccountName = serviceAccount
        var annotations = [Self.userLabel: user]
        annotations[Runtime.restartAnnotation] = restartedAt
        if keepsPrefix { annotations[Self.prefixAnnotation] = "kept" }
        if let files { annotations[Self.filesAnnotation] = Self.hash(of: files.document) }
        if shape.network != nil { pod.metadata.labels[ProjectPolicies.ownLabel] = "own" }
        pod.annotations = annotations
        if driver == .sandbox { mark(inSandbox: &pod) }
        pod.annotations[Self.hashAnnotation] = Self.hash(of: pod.document)
        for (name, value) in delivered { pod.annotations[name] = value }
        if reload != nil, let digest = (try? delivery.get())?.digest {
            pod.annotations[ReloadOutcome.annotation] = ReloadOutcome(revision: digest).text
        }
        return pod
    }

    /// What was delivered to the pod and may become another while it runs.
    var delivered: [String: String] {
        var delivered: [String: String] = [:]
        delivered[Self.environmentAnnotation] = (try? delivery.get())?.digest
        delivered[Self.networkAnnotation] = networkHash
        return delivered
    }

    var networkHash: String? { network.map { Self.hash(of: $0.document) } }

    private var belongings: RuntimeBelongings {
        var mounts = [
            (
                volume: Volume(
                    name: "model-token",
                    projected: ProjectedVolumeSource(sources: [
                        VolumeProjection(
                            serviceAccountToken: ServiceAccountTokenProjection(
                                path: "token", audience: Self.tokenAudience, expirationSeconds: 3600))
                    ])), path: Self.tokenDirectory
            )
        ]
        if let directory = shape.filesDirectory, !settings.files.isEmpty {
            mounts.append((Volume(name: "files", configMap: ConfigMapVolumeSource(name: filesName)), directory))
        }
        if reloads {
            let files = sourced + (reload == nil ? [] : [Self.revisionFile])
            let items = files.map { KeyToPath(key: $0, path: $0) }
            mounts.append(
                (
                    Volume(name: "environment", secret: SecretVolumeSource(items: items, secretName: secretName)),
                    Self.environmentDirectory
                ))
        }
        return RuntimeBelongings(
            variables: platformVariables + settings.variables,
            state: Volume(
                name: RuntimeShape.stateVolume,
                persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: shared?.claim ?? volumeName)),
            statePath: shared?.path, mounts: mounts)
    }

    private static func hash(of document: JSONObject) -> String {
        String(Hex.encode(SHA256.hash(data: JSON.object(document).bytes(.canonical))).prefix(16))
    }

    static let hashAnnotation = "clawkit.dev/cell-hash"
    static let filesAnnotation = "clawkit.dev/files-hash"
    /// When other values were delivered to the pod.
    static let deliveredAnnotation = "clawkit.dev/environment-at"
    static let environmentAnnotation = "clawkit.dev/environment"
    static let networkAnnotation = "clawkit.dev/network-hash"
    static let prefixAnnotation = "clawkit.dev/prefix"
}
