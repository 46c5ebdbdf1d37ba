import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas
import HTTPTypes

extension APIServer {
    /// Binds a pod to the node its `target` names, once. The binding's labels and annotations become the pod's.
    func bind(_ call: ResourceCall) async throws -> Response {
        guard let body = try await call.bodyValue().object else { throw APIStatus.badRequest("the body is no Binding") }
        let target = Field(body)["target"]
        var errors = FieldErrors()
        errors.present(target["name"])
        if !target["kind"].isEmpty, target["kind"].string != "Node" {
            errors.unsupported(target["kind"], ["Node", "<empty>"])
        }
        // Kubernetes answers these with an error of its own, not with an invalid object.
        if let error = errors.list.first {
            throw APIStatus(code: 500, reason: "", message: "\(error.field): \(error.message)")
        }
        let subject = APIStatus.Subject(group: "", plural: "pods/binding")
        _ = try await update(call, try call.key(), subresource: "binding") { live in
            if live.isBeingDeleted {
                throw APIStatus.conflict(
                    subject, call.name, "pod \(call.name) is being deleted, cannot be assigned to a host")
            }
            if let bound = live[.spec]?["nodeName"]?.string, !bound.isEmpty {
                throw APIStatus.conflict(
                    subject, call.name, "pod \(call.name) is already assigned to node \"\(bound)\"")
            }
            var pod = Pod(document: live)
            pod.spec?.nodeName = target["name"].string
            for key: FieldKey in [.labels, .annotations] {
                guard let added = body.metadataValue(key)?.object, !added.isEmpty else { continue }
                var members = pod.document.metadataValue(key)?.object ?? JSONObject()
                for (name, value) in added { members[name] = value }
                pod.document.setMetadata(key, .object(members))
            }
            var status = pod.status ?? PodStatus()
            status.conditions.removeAll { $0.type == "PodScheduled" }
            status.conditions.append(
                PodCondition(
                    type: "PodScheduled", status: "True", lastTransitionTime: time.now.rfc3339()))
            pod.status = status
            return pod.document
        }
        return .document(
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201], status: .created)
    }
}
