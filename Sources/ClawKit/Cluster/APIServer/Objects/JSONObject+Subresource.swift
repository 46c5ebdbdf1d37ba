import ClawDocuments
import ClawModels

/// What a write to a subresource changes of its object; the rest stays as it is.
extension JSONObject {
    /// - Returns: nil for subresources that change objects as a whole.
    /// - Throws: ``APIStatus`` where the change is not allowed there.
    func narrowed(to subresource: String?, of live: JSONObject, _ call: ResourceCall) throws -> JSONObject? {
        switch subresource {
        case "ephemeralcontainers": addingEphemeralContainers(to: live)
        case "resize": resizing(live)
        case "approval": deciding(live)
        default: nil
        }
    }

    /// They are added to a pod. What else is asked of them is for validation.
    /// <https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/>
    private func addingEphemeralContainers(to live: JSONObject) -> JSONObject {
        var pod = live
        pod.modify(.spec) { $0?["ephemeralContainers"] = self[.spec]?["ephemeralContainers"] }
        return pod
    }

    /// Of each container what it may use, and how it is resized.
    /// <https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/>
    private func resizing(_ live: JSONObject) -> JSONObject {
        var pod = live
        for field in ["containers", "initContainers"] {
            guard let old = live[.spec]?[field]?.array else { continue }
            let new = self[.spec]?[field]?.array ?? []
            let resized = old.map { container -> JSON in
                guard let wanted = new.first(where: { $0["name"] == container["name"] }) else { return container }
                var container = container
                for part in ["resources", "resizePolicy"] { container[part] = wanted[part] }
                return container
            }
            pod.modify(.spec) { $0?[field] = .array(resized) }
        }
        return pod
    }

    /// The conditions of a request for a certificate.
    private func deciding(_ live: JSONObject) -> JSONObject {
        var request = live
        var status = live[.status]?.object ?? JSONObject()
        status["conditions"] = self[.status]?["conditions"]
        request[.status] = .object(status)
        return request
    }
}
