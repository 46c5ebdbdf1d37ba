import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels

/// A volume's files in another volume, by a pod that ends: where the storage takes no snapshots.
///
/// The files are the ones of one moment: a copy counts only where it has the digest that its source had before, so what a
/// program writes meanwhile makes the pod begin anew, three times at most.
struct VolumeCopy: Sendable, Hashable {
    enum State: Sendable, Hashable {
        /// What keeps it from going on, where that is told.
        case running(String?)
        case done(digest: String, size: Int)
        case failed(String)
    }

    /// The pod's name.
    var name: String
    var project: String
    var owner: OwnerReference
    var labels: [String: String]
    /// The claim that is copied; nil: the storage has done so, and the files are counted only.
    var from: String?
    var to: String
    /// The digest that it must come to.
    var expected: String?
    var image: String
    /// Of the program whose files they are.
    var podSecurity: PodSecurityContext?
    var security: SecurityContext?
    /// A volume that can be on one node at a time is on this one.
    var node: String?

    /// How long a copy may take.
    static let patience = Duration.minutes(30)
    /// The digest of a claim's files, once they are complete.
    static let digestAnnotation = "clawkit.dev/files-digest"
    static let sizeAnnotation = "clawkit.dev/files-bytes"
    /// A claim that holds a copy, for whoever is to begin as it.
    static let copyLabel = "clawkit.dev/volume-copy"
    /// A runtime's claim whose files are on their way from that one; the program waits for them.
    static let fillAnnotation = "clawkit.dev/fill-from"
    /// A pod that brings them; the runtime's name.
    static let fillLabel = "clawkit.dev/fills"
    /// On a StorageClass whose driver makes claims from claims of its own (`CLONE_VOLUME`).
    static let clonesAnnotation = "clawkit.dev/clones"

    /// Makes the pod where it is not there, and tells how it stands.
    func advance(_ api: any KubernetesAPI) async throws -> State {
        guard let there = try await api.find(Pod.self, name, in: project) else {
            do {
                _ = try await api.create(pod)
            } catch let error as KubernetesError where error.isAlreadyExists {
                // By an earlier try.
            }
            return .running(nil)
        }
        guard there.metadata.ownerReferences.contains(where: { $0.uid == owner.uid }), !there.isBeingDeleted else {
            return .running("A pod '\(name)' is there already; it is waited for until it is gone.")
        }
        switch there.status?.phase {
        case "Succeeded": return Self.outcome(try await said(api)) ?? .failed("it told no digest")
        case "Failed":
            let why = try await said(api).last { $0.hasPrefix("E_") } ?? there.status?.message
            return .failed(why.map { ForeignText.cleaned($0) } ?? "it ended without a word")
        default: return .running(there.waitingMessage.map { ForeignText.cleaned($0) })
        }
    }

    /// The last lines of its log; a node that has none any more says nothing.
    private func said(_ api: any KubernetesAPI) async throws -> [String] {
        var lines: [String] = []
        do {
            for try await line in api.logs(name, in: project, tail: 20, lineLimit: 4096) { lines.append(line.text) }
        } catch let error as KubernetesError where error.isNotFound {}
        return lines
    }

    static func outcome(_ lines: [String]) -> State? {
        for line in lines.reversed() {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "files", words[1].hasPrefix("sha256:"), let size = Int(words[2]) else { continue }
            return .done(digest: String(words[1]), size: size)
        }
        return nil
    }

    func remove(_ api: any KubernetesAPI) async throws {
        guard let there = try await api.find(Pod.self, name, in: project), !there.isBeingDeleted,
            there.metadata.ownerReferences.contains(where: { $0.uid == owner.uid })
        else { return }
        try await api.deleteIfPresent(Pod.self, name, in: project, uid: there.uid)
    }

    // MARK: the pod

    private var pod: Pod {
        var mounts = [VolumeMount(name: "to", mountPath: "/to")]
        var volumes = [Volume(name: "to", persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: to))]
        if let from {
            mounts.append(VolumeMount(name: "from", mountPath: "/from", readOnly: true))
            volumes.append(
                Volume(name: "from", persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: from)))
        }
        let container = Container(
            name: "copy", image: image, command: ["sh", "-c", Self.script],
            env: [
                EnvVar(name: "COPY_FROM", value: from == nil ? "" : "/from"), EnvVar(name: "COPY_TO", value: "/to"),
                EnvVar(name: "COPY_DIGEST", value: expected ?? ""),
            ],
            resources: ResourceRequirements(
                limits: ["cpu": "1", "memory": "256Mi"], requests: ["cpu": "50m", "memory": "64Mi"]),
            volumeMounts: mounts, securityContext: security)
        var spec = PodSpec(
            containers: [container], activeDeadlineSeconds: Int(Self.patience.components.seconds),
            automountServiceAccountToken: false, restartPolicy: "Never", securityContext: podSecurity,
            terminationGracePeriodSeconds: 1, volumes: volumes)
        if let node {
            let here = NodeSelectorRequirement(key: "kubernetes.io/hostname", operator: "In", values: [node])
            spec.affinity = Affinity(
                nodeAffinity: NodeAffinity(
                    requiredDuringSchedulingIgnoredDuringExecution: NodeSelector(
                        nodeSelectorTerms: [NodeSelectorTerm(matchExpressions: [here])])))
        }
        return Pod(
            metadata: ObjectMeta(name: name, namespace: project, labels: labels, ownerReferences: [owner]), spec: spec)
    }

    /// Tools as small boxes have them (`sh`, `find`, `sort`, `xargs`, `sha256sum`, `tar`, `du`). What `tar` complains of shows
    /// in the digest, which is of names, contents and links; `lost+found` is the file system's own.
    private static let script = #"""
        set -u
        digest() (
            cd "$1" || exit 1
            {
                find . -path ./lost+found -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum ||
                    echo "unreadable $1"
                find . -path ./lost+found -prune -o -type d -print0 | LC_ALL=C sort -z
                find . -path ./lost+found -prune -o -type l -print0 | LC_ALL=C sort -z | xargs -0 -r -n 1 readlink
            } | sha256sum | cut -d ' ' -f 1
        )
        finish() {
            [ -z "$COPY_DIGEST" ] || [ "$COPY_DIGEST" = "sha256:$1" ] ||
                { echo "E_CHECKPOINT_DAMAGED: the files have another digest than they had when they were kept"; exit 1; }
            sync
            echo "files sha256:$1 $(($(du -sk "$COPY_TO" | cut -f 1) * 1024))"
            exit 0
        }
        [ -n "$COPY_FROM" ] || finish "$(digest "$COPY_TO")"
        for try in 1 2 3; do
            before="$(digest "$COPY_FROM")"
            find "$COPY_TO" -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +
            tar -C "$COPY_FROM" --exclude=./lost+found -cf - . | tar -C "$COPY_TO" -xpf -
            [ "$before" != "$(digest "$COPY_TO")" ] || finish "$before"
        done
        echo "E_VOLUME_BUSY: the files change while they are copied, or cannot be read; suspend the runtime first"
        exit 1
        """#
}

extension Pod {
    /// Why it has not begun.
    fileprivate var waitingMessage: String? {
        let waiting = (status?.containerStatuses ?? []).compactMap { $0.state?.waiting }.first
        return waiting?.message ?? waiting?.reason
            ?? status?.conditions.first { $0.type == "PodScheduled" && $0.status == "False" }?.message
    }
}
