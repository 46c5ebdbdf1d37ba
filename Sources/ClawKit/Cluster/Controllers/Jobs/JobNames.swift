import ClawModels

/// Names that Jobs use on pods and on themselves.
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/>
enum JobNames {
    static let trackingFinalizer = "batch.kubernetes.io/job-tracking"
    static let completionIndex = "batch.kubernetes.io/job-completion-index"
    static let failureCount = "batch.kubernetes.io/job-index-failure-count"
    static let ignoredFailureCount = "batch.kubernetes.io/job-index-ignored-failure-count"
    static let scheduledTime = "batch.kubernetes.io/cronjob-scheduled-timestamp"
    static let controller = "kubernetes.io/job-controller"
}

extension Pod {
    var isTrackedForJob: Bool { metadata.finalizers.contains(JobNames.trackingFinalizer) }
    var completionIndex: Int? {
        metadata.annotations[JobNames.completionIndex].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }
    /// How often pods of this index failed before this one, towards the index's limit.
    var indexFailures: Int { metadata.annotations[JobNames.failureCount].flatMap { Int($0) } ?? 0 }
    var ignoredIndexFailures: Int { metadata.annotations[JobNames.ignoredFailureCount].flatMap { Int($0) } ?? 0 }
    var phase: String { status?.phase ?? "" }
    var hasEnded: Bool { phase == "Succeeded" || phase == "Failed" }
}

extension Job {
    var isIndexed: Bool { spec?.completionMode == "Indexed" }
    var isSuspended: Bool { spec?.suspend == true }
    /// Nothing more happens with its pods.
    var isFinished: Bool { condition("Complete") || condition("Failed") }
    /// Only pods that have really ended are replaced.
    var replacesOnlyFailed: Bool { spec?.podReplacementPolicy == "Failed" }

    func condition(_ type: String) -> Bool {
        status?.conditions.contains { $0.type == type && $0.status == "True" } ?? false
    }
}
