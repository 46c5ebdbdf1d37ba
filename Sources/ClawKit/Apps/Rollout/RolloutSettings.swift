import ClawBase
import ClawKubernetes

/// What a rollout's annotations ask for, read once; what they cannot mean is told by ``findings``.
public struct RolloutSettings: Sendable {
    /// Looked up in the document: most rollouts have none of them.
    private struct Annotations: Sendable {
        let document: JSONObject?
        subscript(_ name: String) -> String? { document?[name]?.string }
    }

    private let annotations: Annotations

    public init(_ rollout: Rollout) {
        annotations = Annotations(document: rollout.document[.metadata]?["annotations"]?.object)
    }

    public var deletesDroppedVolumes: Bool { annotations[RolloutAnnotation.volumeRetention] == "Delete" }

    /// In seconds.
    public var progressDeadline: Int {
        guard let text = annotations[RolloutAnnotation.progressDeadline], let given = Self.duration(text) else {
            return 600
        }
        return max(1, Int(given.inSeconds))
    }

    /// Whether a revision that does not come up gives way to the last good one.
    public var returnsToLastGood: Bool { annotations[RolloutAnnotation.autoReturn] != "false" }

    /// How many revisions are remembered.
    public var history: Int {
        annotations[RolloutAnnotation.revisionHistory].flatMap(Int.init).map { min(max($0, 1), 100) } ?? 10
    }

    /// What the annotations say and cannot mean.
    public var findings: [Finding] {
        var findings: [Finding] = []
        func check(_ name: String, _ isFine: (String) -> Bool, _ mend: String) {
            guard let text = annotations[name], !isFine(text) else { return }
            findings.append(
                Finding(
                    .rolloutAnnotation, "The annotation \(name) is no \(mend).", field: "metadata.annotations[\(name)]")
            )
        }
        check(RolloutAnnotation.volumeRetention, ["Delete", "Keep"].contains, "word it knows; write Keep or Delete")
        check(RolloutAnnotation.progressDeadline, { Self.duration($0) != nil }, "duration; write it as 90s, 10m or 1h")
        check(RolloutAnnotation.autoReturn, ["true", "false"].contains, "word it knows; write true or false")
        check(
            RolloutAnnotation.revisionHistory, { Int($0).map { (1...100).contains($0) } ?? false },
            "number from 1 to 100")
        return findings
    }

    /// `90s`, `10m`, `1h`, `1d`, `1w`: a whole number from 1 on and a unit, as One-Click writes intervals.
    static func duration(_ text: String) -> Duration? {
        guard let unit = text.last, let seconds = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800][unit],
            text.utf8.dropLast().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int(text.dropLast()), (1...100_000).contains(count)
        else { return nil }
        return .seconds(count * seconds)
    }
}
