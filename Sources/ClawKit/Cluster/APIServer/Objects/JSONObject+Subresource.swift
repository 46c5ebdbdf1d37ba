import ClawDocuments
import ClawModels

/// What a write to a subresource changes of its object; the rest stays as it is.
extension JSONObject {
    /// - Returns: nil for subresources that change objects as a whole.
    /// - Throws: ``APIStatus`` where the change is not allowed there.
    func narrowed(to subresource: String?, of live: JSONObject, _ call: ResourceCall) throws -> JSONObject? {
        switch subresource {
        case "ephemeralcontainers": try addingEphemeralContainers(to: live, call)
        case "resize": resizing(live)
        case "approval": deciding(live)
        default: nil
        }
    }

    /// They are added to a pod, and never changed or removed.
    /// <https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/>
    private func addingEphemeralContainers(to live: JSONObject, _ call: ResourceCall) throws -> JSONObject {
        let (old, new) = (
            live[.spec]?["ephemeralContainers"]?.array ?? [], self[.spec]?["ephemeralContainers"]?.array ?? []
        )
        var errors: [APIStatus.FieldError] = []
        for container in old {
            let name = container["name"]?.string ?? ""
            guard let now = new.first(where: { $0["name"]?.string == name }) else {
                errors.append(
                    .forbidden(
                        "spec.ephemeralContainers", "existing ephemeral containers \"\(name)\" may not be removed"))
                continue
            }
            if now != container {
                errors.append(
                    .forbidden(
                        "spec.ephemeralContainers", "existing ephemeral containers \"\(name)\" may not be changed"))
            }
        }
        let taken = Set((Pod(document: live).spec?.containers ?? []).map(\.name))
        for (index, container) in new.enumerated() {
            let place = "spec.ephemeralContainers[\(index)].name"
            guard let name = container["name"]?.string, !name.isEmpty else {
                errors.append(.required(place, ""))
                continue
            }
            if taken.contains(name) {
                errors.append(
                    .init(
                        reason: "FieldValueDuplicate", field: place, message: "Duplicate value: \"\(name)\""))
            }
        }
        guard errors.isEmpty else {
            throw APIStatus.invalid(kind: "Pod", group: "", name: call.name, errors)
        }
        var pod = live
        pod.modify(.spec) { $0?["ephemeralContainers"] = new.isEmpty ? nil : .array(new) }
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
