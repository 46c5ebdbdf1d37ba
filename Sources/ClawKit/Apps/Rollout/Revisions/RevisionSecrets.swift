import ClawBase
import ClawKubernetes
import Crypto

/// The secrets of a spec by their places, as a revision's Secret keeps them.
struct RevisionSecrets {
    /// `secrets.0` → value, `image.password`, `cronjobs.2.password`.
    let values: [String: String]

    init(of spec: Rollout.Spec) {
        var values: [String: String] = [:]
        for (index, secret) in spec.secrets.enumerated() { values["secrets.\(index)"] = secret.value }
        for (place, image) in Self.images(of: spec) where !image.password.reveal().isEmpty {
            values[place] = image.password.reveal()
        }
        self.values = values
    }

    private static func images(of spec: Rollout.Spec) -> [(place: String, image: Rollout.Image)] {
        [("image.password", spec.image)] + spec.cronjobs.enumerated().map { ("cronjobs.\($0).password", $1.image) }
    }

    /// Called by what it holds, under a key that differs between rollouts.
    static func name(of values: [String: String], _ rollout: Rollout) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Array((rollout.uid ?? rollout.name).utf8)))
        for (place, value) in values.sorted(by: { $0.key < $1.key }) {
            code.update(data: Array("\(place):\(value.utf8.count):\(value)".utf8))
        }
        return "\(rollout.name)-revision-\(Hex.encode(code.finalize()).prefix(10))"
    }

    /// The spec with each secret's place left empty.
    static func redacted(_ spec: Rollout.Spec) -> Rollout.Spec {
        var spec = spec
        if !spec.secrets.isEmpty { spec.secrets = spec.secrets.map { Rollout.Variable($0.name, "") } }
        spec.image = redacted(spec.image)
        if !spec.cronjobs.isEmpty {
            spec.cronjobs = spec.cronjobs.map { job in
                var job = job
                job.image = redacted(job.image)
                return job
            }
        }
        return spec
    }

    private static func redacted(_ image: Rollout.Image) -> Rollout.Image {
        guard !image.password.reveal().isEmpty else { return image }
        var image = image
        image["password"] = ""
        return image
    }

    /// The spec with its secrets in their places again; nil where one is missing.
    static func restored(_ spec: Rollout.Spec, _ values: [String: String]) -> Rollout.Spec? {
        var spec = spec
        var isComplete = true
        if !spec.secrets.isEmpty {
            spec.secrets = spec.secrets.enumerated().map { index, secret in
                guard let value = values["secrets.\(index)"] else {
                    isComplete = false
                    return secret
                }
                return Rollout.Variable(secret.name, value)
            }
        }
        spec.image = restored(spec.image, values["image.password"])
        if !spec.cronjobs.isEmpty {
            spec.cronjobs = spec.cronjobs.enumerated().map { index, job in
                var job = job
                job.image = restored(job.image, values["cronjobs.\(index).password"])
                return job
            }
        }
        return isComplete ? spec : nil
    }

    private static func restored(_ image: Rollout.Image, _ password: String?) -> Rollout.Image {
        guard let password else { return image }
        var image = image
        image["password"] = password
        return image
    }
}
