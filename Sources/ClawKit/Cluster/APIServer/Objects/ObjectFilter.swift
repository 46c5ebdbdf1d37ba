import ClawBase
import ClawDocuments
import ClawKubernetes

/// What a list or watch selects: by name, labels and fields.
struct ObjectFilter: Sendable {
    private var name: String?
    private var labels: LabelQuery = .everything
    private var fields: FieldQuery?
    private var selectsSource = false

    init(_ call: ResourceCall) throws {
        name = call.target.name
        if let text = call.query["labelSelector"], !text.isEmpty {
            do {
                labels = try LabelQuery(parsing: text)
            } catch {
                let why = (error as? Finding)?.message ?? "\(error)"
                throw APIStatus.badRequest(SelectorProblems.inLabels(text) ?? "unable to parse requirement: \(why)")
            }
        }
        if let text = call.query["fieldSelector"], !text.isEmpty {
            guard let query = try? FieldQuery(parsing: text) else {
                throw APIStatus.badRequest(SelectorProblems.inFields(text))
            }
            for requirement in query.requirements where !Self.isSelectable(requirement.path, call.resource) {
                throw APIStatus.badRequest("field label not supported: \(requirement.path)")
            }
            fields = query
            selectsSource = call.resource.type.kind == "Event" && query.requirements.contains { $0.path == "source" }
        }
    }

    var isEverything: Bool { name == nil && labels.requirements.isEmpty && fields == nil }

    func matches(_ object: JSONObject) -> Bool {
        if let name, object.objectName != name { return false }
        if !labels.requirements.isEmpty {
            let found = object[.metadata]?.object?.stringMap(.labels) ?? [:]
            guard labels.matches(found) else { return false }
        }
        guard let fields else { return true }
        return fields.matches(selectsSource ? object.withSource : object, switches: Self.switches)
    }

    private static let switches: Set<String> = ["spec.hostNetwork", "spec.unschedulable"]

    /// Fields every kind may be selected by, and those some kinds add.
    private static func isSelectable(_ path: String, _ resource: RegisteredResource) -> Bool {
        if path == "metadata.name" || path == "metadata.namespace" { return true }
        if let custom = resource.custom { return custom.selectableFields.contains(path) }
        return selectable[resource.type.group.isEmpty ? resource.type.plural : "\(resource.type.plural).\(resource.type.group)"]?
            .contains(path) ?? false
    }

    private static let selectable: [String: Set<String>] = [
        "pods": [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.phase", "status.podIP", "status.nominatedNodeName",
        ],
        "events": [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
            "reportingComponent", "source", "type",
        ],
        "events.events.k8s.io": [
            "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion",
            "regarding.resourceVersion", "regarding.fieldPath", "reason", "reportingController", "type",
        ],
        "secrets": ["type"], "nodes": ["spec.unschedulable"], "namespaces": ["status.phase"],
        "services": ["spec.clusterIP", "spec.type"], "replicationcontrollers": ["status.replicas"],
        "replicasets.apps": ["status.replicas"], "jobs.batch": ["status.successful"],
        "certificatesigningrequests.certificates.k8s.io": ["spec.signerName"],
    ]
}

extension JSONObject {
    /// An event with what its source is selected by: the component, in either of the ways to name it.
    fileprivate var withSource: JSONObject {
        var object = self
        let component = self["source"]?["component"]?.string ?? ""
        object["source"] = .string(component.isEmpty ? string("reportingComponent") ?? "" : component)
        return object
    }
}
