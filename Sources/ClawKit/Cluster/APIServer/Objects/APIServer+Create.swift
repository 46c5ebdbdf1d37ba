import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas
import Foundation
import HTTPTypes

/// create.
extension APIServer {
    func create(_ call: ResourceCall) async throws -> Response {
        guard call.resource.allows("create") else { throw APIStatus.methodNotAllowed }
        try call.requireNamespace()
        var (object, repeated) = try await call.bodyObjectWithRepetitions()
        let warnings = try checkFields(&object, call, repeated: repeated)
        if object.metadataString(.resourceVersion).map({ !$0.isEmpty }) ?? false {
            throw APIStatus(code: 500, reason: "", message: "resourceVersion should not be set on objects to be created")
        }
        var response = try await store(create: object, call)
        response.addWarnings(warnings)
        return response
    }

    /// Creates an object already checked for its shape. Used by create, and by apply of what is not there yet: the
    /// latter is told by ``ObjectStore/CommitError/exists`` that somebody else was quicker.
    func store(
        create object: JSONObject, _ call: ResourceCall, _ ownership: Ownership = .update
    ) async throws -> Response {
        guard call.resource.allows("create") else { throw APIStatus.methodNotAllowed }
        if let namespace = call.namespace { try requireOpenNamespace(namespace, object.objectName, call) }
        let isGenerated = object.objectName.isEmpty
        for attempt in 1... {
            var new = object
            if isGenerated { try generateName(&new) }
            prepareForCreate(&new, call)
            try admit(&new, old: nil, call)
            try checkName(new, call)
            try checkGrants(new, old: nil, call)
            try admitCertificateRequest(&new, old: nil, call)
            recordManager(&new, old: nil, call, subresource: nil, ownership)
            let request = AdmissionRequest(.create, call, old: nil, store: store, time: time)
            try await admission.admit(&new, request)
            prepareStorage(of: &new, call)
            try validate(new, old: nil, call)
            var isKept = false
            defer { settleAdmission(of: new, call, isKept: isKept) }
            try await admission.validate(new, request)
            try complete(&new, call)
            if call.isDryRun {
                if store.get(call.resource.collection, .init(object: new)) != nil {
                    throw nameTaken(new, call, ownership)
                }
                return try answer(
                    call, try await call.resource.shown(try await call.resource.stored(new)), status: .created, request.warnings)
            }
            do {
                let kept = try await call.resource.stored(new)
                let stored = try await store.commit(call.resource.collection, kept, expecting: .absent)
                isKept = true
                didChange(call.resource, stored)
                if call.resource.type.kind == "Namespace" { try await makeDefaultAccount(in: stored.objectName) }
                return try answer(call, try await call.resource.shown(stored), status: .created, request.warnings)
            } catch ObjectStore.CommitError.exists {
                // A generated name that is taken is tried again, as kube-apiserver does (KEP-4420: 8 attempts).
                if isGenerated, attempt < 8 { continue }
                throw nameTaken(new, call, ownership)
            }
        }
        throw APIStatus.internalError("unreachable")
    }

    private func nameTaken(_ object: JSONObject, _ call: ResourceCall, _ ownership: Ownership) -> any Error {
        if ownership == .applied { return ObjectStore.CommitError.exists }
        var status = APIStatus.alreadyExists(call.resource.subject, object.objectName)
        if store.get(call.resource.collection, .init(object: object))?.object.isBeingDeleted ?? false {
            status.message = "object is being deleted: \(status.message)"
        }
        return status
    }

    private func prepareForCreate(_ object: inout JSONObject, _ call: ResourceCall) {
        object.changeMetadata { metadata in
            metadata[.uid] = .string(Chance.uuid())
            metadata[.creationTimestamp] = .string(time.now.rfc3339())
            for key: FieldKey in [.deletionTimestamp, .deletionGracePeriodSeconds, .selfLink, .resourceVersion] { metadata[key] = .none }
            metadata[.generation] = call.resource.countsGenerations ? .integer(1) : .none
        }
        // A kubelet brings its node's status along.
        if call.resource.hasStatus, call.resource.type.kind != "Node" { object[.status] = nil }
    }

    /// The characters of `rand.SafeEncodeString`: no vowels, no digits that look like letters.
    private static let nameAlphabet = Array("bcdfghjklmnpqrstvwxz2456789")

    private func generateName(_ object: inout JSONObject) throws {
        guard let base = object.metadataString(.generateName), !base.isEmpty else {
            throw APIStatus.invalid(
                kind: object.string(.kind) ?? "",
                group: object.string(.apiVersion).flatMap { $0.contains("/") ? String($0.prefix { $0 != "/" }) : nil } ?? "", name: "",
                [.required("metadata.name", "name or generateName is required")])
        }
        object.setMetadata(.name, .string(base.prefix(58) + Self.nameSuffix()))
    }

    /// Five characters that make a name unlike others.
    static func nameSuffix() -> String { String((0..<5).map { _ in nameAlphabet[Chance.number(in: 0...nameAlphabet.count - 1)] }) }

    /// Objects are made only in namespaces that exist and stay.
    private func requireOpenNamespace(_ namespace: String, _ name: String, _ call: ResourceCall) throws {
        let namespaces = APIStatus.Subject(group: "", plural: "namespaces")
        guard let entry = store.get(.init(group: "", plural: "namespaces"), .init(namespace: "", name: namespace)) else {
            throw APIStatus.notFound(namespaces, namespace)
        }
        guard entry.object.isBeingDeleted else { return }
        var status = APIStatus.forbidden(
            call.resource.subject, name,
            "unable to create new content in namespace \(namespace) because it is being terminated")
        status.details?["causes"] = [
            [
                "reason": "NamespaceTerminating", "message": .string("namespace \(namespace) is being terminated"),
                "field": "metadata.namespace",
            ]
        ]
        throw status
    }
}

extension RegisteredResource {
    /// Whether `metadata.generation` counts changes of the desired state. Kinds without a spec of their own have none.
    var countsGenerations: Bool {
        if isCustom { return true }
        switch type.group {
        case "": return ["pods", "podtemplates", "replicationcontrollers"].contains(type.plural)
        case "rbac.authorization.k8s.io", "coordination.k8s.io", "events.k8s.io", "authentication.k8s.io",
            "authorization.k8s.io", "storage.k8s.io", "certificates.k8s.io", "node.k8s.io":
            return false
        default: return !["controllerrevisions", "horizontalpodautoscalers"].contains(type.plural)
        }
    }
}

extension Response {
    /// `Warning: 299 - "…"` (RFC 9111's predecessor form, which kubectl shows).
    mutating func addWarnings(_ warnings: [String]) {
        guard let name = HTTPField.Name("Warning") else { return }
        for warning in warnings {
            headers.append(HTTPField(name: name, value: "299 - \"\(warning.replacingOccurrences(of: "\"", with: "\\\""))\""))
        }
    }
}
