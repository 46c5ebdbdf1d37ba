public import ClawBase
import HTTPTypes

extension KubernetesAPI {
    /// The log of a pod's container, line by line. Nothing is asked for before the first line is.
    /// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod>
    /// - Parameters:
    ///   - container: may be left out where the pod has but one.
    ///   - follow: goes on with what is yet to be written, until the container ends.
    ///   - since: only lines of that age at most, in whole seconds.
    ///   - moment: only lines written since; one of the two, not both.
    ///   - tail: only so many lines from the end (of those, in case of both).
    ///   - previous: of the container's last run before this one.
    ///   - timestamps: when each line was written: ``LogLine/written``.
    ///   - lineLimit: the most bytes of a line; the rest is left out.
    public func logs(
        _ pod: String, in namespace: String? = nil, container: String? = nil, follow: Bool = false,
        since: Duration? = nil, sinceMoment moment: Timestamp? = nil, tail: Int? = nil, previous: Bool = false,
        timestamps: Bool = false, lineLimit: Int = 1 << 20
    ) -> LogLines {
        var query: QueryParameters = [:]
        query["container"] = container
        if follow { query["follow"] = "true" }
        if let since { query["sinceSeconds"] = String(max(1, since.components.seconds)) }
        query["sinceTime"] = moment?.rfc3339()
        query["tailLines"] = tail.map { String($0) }
        if previous { query["previous"] = "true" }
        if timestamps { query["timestamps"] = "true" }
        let parameters = query
        return LogLines(
            api: self,
            request: {
                var request = try APIRequest.object(
                    .get, Pod.type, pod, in: namespace, subresource: "log", query: parameters)
                request.accept = "*/*"
                // A container may be silent for as long as it likes.
                if follow { request.idleTimeout = nil }
                return request
            }, hasTimestamps: timestamps, lineLimit: lineLimit)
    }
}
