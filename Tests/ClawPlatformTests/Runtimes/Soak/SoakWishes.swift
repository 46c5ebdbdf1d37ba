import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources

/// The reference model: what people asked for last of one runtime, and nothing of how it is made so.
struct SoakWish: Sendable {
    let user: String
    var desired = RuntimeSpec.DesiredState.running
    /// Whether its volume goes with it.
    var wipes: Bool
    var template: String?
    /// The value of its own variable `MARK`.
    var mark: String
    var models: [String]
    /// Whether it sleeps when nobody has used it for a minute.
    var idles: Bool
    var keepsProcess: Bool

    /// As somebody would write it down.
    var spec: RuntimeSpec {
        var spec = RuntimeSpec(user: user, template: template, desiredState: desired)
        spec.document["env"] = [["name": "MARK", "value": .string(mark)]]
        spec.document["volume"] = ["retention": .string(wipes ? "Wipe" : "Retain")]
        spec.document["models"] = .array(models.map { .string($0) })
        if idles { spec.idle = RuntimeIdle(afterSeconds: 60) }
        if keepsProcess { spec.checkpoint = RuntimeCheckpoint() }
        return spec
    }
}

/// What people asked for last, of everything.
struct SoakWishes: Sendable {
    var runtimes: [String: SoakWish] = [:]
    /// The command of the template `tools`, the project's variable `TEAM`, and its secret `TOKEN`.
    var command = ["tools", "--serve"]
    var team = "t0"
    var token = "canary-0"
    /// Volumes whose removal was asked for: their runtime was deleted while it said so. And those of them where that was
    /// known by then to whoever does it.
    var wipeable: Set<String> = []
    var doomed: Set<String> = []
    /// The volumes that are there, by their uid.
    var volumes: [String: String] = [:]

    /// What must never be told to anybody.
    private(set) var canaries: Set<String> = ["canary-0"]

    mutating func rotate(_ token: String) {
        self.token = token
        canaries.insert(token)
    }
}

/// What is wrong with a run; the same seed shows it again.
struct SoakFailure: Error, CustomStringConvertible {
    var seed: UInt64
    var time: Timestamp
    var problem: String
    /// What was done before, the last deed last.
    var deeds: [String]
    var requests: [String] = []

    var description: String {
        "seed \(seed), \(time.rfc3339(fractionDigits: 3)): \(problem)\n  repeat it with CLAWKIT_SOAK_SEED=\(seed)"
            + (deeds.suffix(25) + requests.suffix(25)).map { "\n  \($0)" }.joined()
    }
}
