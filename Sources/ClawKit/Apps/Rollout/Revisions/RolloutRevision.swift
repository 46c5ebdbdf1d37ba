import ClawBase
import ClawKubernetes
import Crypto

/// One state of a rollout's spec, as a ControllerRevision remembers it.
///
/// The record holds the spec with its secrets taken out; these are in a Secret of their own, which cannot be changed,
/// is called by what it holds, and so is shared by revisions with equal secrets. Who may read records but no Secrets
/// learns no secret from them.
struct RolloutRevision: Sendable {
    let name: String
    /// The generation of the spec.
    let number: Int
    /// With the secrets, and with the image that it is kept up to date with.
    let spec: Rollout.Spec
    /// The name of the Secret with the values that a remembered record leaves out.
    private let recordedSecret: String?

    /// That of the spec as written.
    init(current rollout: Rollout) {
        var spec = rollout.spec
        var name = "\(rollout.name)-\(rollout.generation)"
        if let image = ImageUpdate.chosen(rollout), image.tag != ImageReference(spec.image).tag || image.digest != nil {
            spec.image.tag = [image.tag, image.digest].compactMap(\.self).joined(separator: "@")
            name += "-\(Hex.encode(SHA256.hash(data: Array("\(image)".utf8))).prefix(8))"
        }
        (self.name, self.spec, number) = (name, spec, rollout.generation)
        recordedSecret = nil
    }

    /// The name of the Secret with the values that the record leaves out; nil where there are none.
    func secretName(_ rollout: Rollout) -> String? {
        if let recordedSecret { return recordedSecret }
        let secrets = RevisionSecrets(of: spec).values
        return secrets.isEmpty ? nil : RevisionSecrets.name(of: secrets, rollout)
    }

    /// A remembered one; nil where the record is none, or the secrets it names are gone.
    init?(_ record: ControllerRevision, _ secrets: (String) -> KubernetesSecret?) {
        guard let redacted = record.data?["spec"]?.object else { return nil }
        var values: [String: String] = [:]
        recordedSecret = record.data?["secretName"]?.string
        if let recordedSecret {
            guard let secret = secrets(recordedSecret) else { return nil }
            values = secret.data.compactMapValues { Base64.decode($0).map { String(decoding: $0, as: UTF8.self) } }
        }
        guard let spec = RevisionSecrets.restored(Rollout.Spec(document: redacted), values) else { return nil }
        (name, number, self.spec) = (record.name, record.revision, spec)
    }

    func record(_ metadata: ObjectMeta, secretName: String?) -> ControllerRevision {
        var data: JSONObject = ["spec": .object(RevisionSecrets.redacted(spec).document)]
        data.set("secretName", secretName)
        return ControllerRevision(metadata: metadata, revision: number, data: .object(data))
    }

    func secret(_ metadata: ObjectMeta) -> KubernetesSecret {
        KubernetesSecret(
            metadata: metadata, data: RevisionSecrets(of: spec).values.mapValues { Base64.encode(Array($0.utf8)) },
            immutable: true, type: "one-click.dev/revision")
    }
}
