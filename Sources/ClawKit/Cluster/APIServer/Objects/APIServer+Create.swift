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
        var response = try await store(create: consume object, call)
        response.addWarnings(warnings)
        return response
    }

    /// Creates an object already checked for its shape. Used by create, and by apply of what is not there yet: the
    /// latter is told by ``ObjectStore/CommitError/exists`` that somebody else was quicker.
    func store(
        create object: consuming JSONObject, _ call: ResourceCall, _ ownership: Ownership = .update
    ) async throws -> Response {
        guard call.resource.allows("create") else { throw APIStatus.methodNotAllowed }
        var object = object
        if let namespace = call.namespace { try requireOpenNamespace(namespace, object.objectName, call) }
        let isGenerated = object.objectName.isEmpty
        for attempt in 1... {
            var new = object
            // Who has a name needs no second attempt: nobody else holds the object then, and it is changed in place.
            if isGenerated { try generateName(&new) } else { object = JSONObject() }
            let now = time.now
            prepareForCreate(&new, call, at: now)
            try admit(&new, old: nil, call)
            try checkName(new, call)
            try checkGrants(new, old: nil, call)
            try admitCertificateRequest(&new, old: nil, call)
            recordManager(&new, old: nil, call, subresource: nil, ownership, at: now)
            let request = AdmissionRequest(.create, call, old: nil, store: store, time: time)
            try await admission.admit(&new, request)
            prepareStorage(of: &new, call)
            try validate(new, old: nil, call)
            let (key, uid) = (ObjectStore.Key(object: new), new.metadataString(.uid))
            var isKept = false
            defer { settleAdmission(of: uid, call, isKept: isKept) }
            try await admission.validate(new, request)
            let addresses = try complete(&new, old: nil, call)
            defer { addresses?.end() }
            if call.isDryRun {
                if store.get(call.resource.collection, key) != nil { throw nameTaken(key, call, ownership) }
                return try answer(
                    call, try await call.resource.shown(try await call.resource.stored(new)), status: .created, request.warnings)
            }
            do {
                if call.resource.isCustom { new = try await call.resource.stored(new) }
                let stored = try await store.commit(call.resource.collection, consume new, key: key, expecting: .absent)
                isKept = true
                didChange(call.resource, stored)
                if call.resource.type.kind == "Namespace" { try await makeDefaultAccount(in: stored.objectName) }
                return try answer(call, try await call.resource.shown(stored), status: .created, request.warnings)
            } catch ObjectStore.CommitError.exists {
                // A generated name that is taken is tried again, as kube-apiserver does (KEP-4420: 8 attempts).
                if isGenerated, attempt < 8 { continue }
                throw nameTaken(key, call, ownership)
            }
        }
        throw APIStatus.internalError("unreachable")
    }

    private func nameTaken(_ key: ObjectStore.Key, _ call: ResourceCall, _ ownership: Ownership) -> any Error {
        if ownership == .applied { return ObjectStore.CommitError.exists }
        var status = APIStatus.alreadyExists(call.resource.subject, key.name)
        if store.get(call.resource.collection, key)?.object.isBeingDeleted ?? false {
            status.message = "object is being deleted: \(status.message)"
        }
        return status
    }

    private func prepareForCreate(_ object: inout JSONObject, _ call: ResourceCall, at now: Timestamp) {
        object.changeMetadata { metadata in
            metadata[.uid] = .string(Chance.uuid())
            metadata[.creationTimestamp] = .string(now.rfc3339())
            metadata[.deletionTimestamp] = .none
            metadata[.deletionGracePeriodSeconds] = .none
            metadata[.selfLink] = .none
            metadata[.resourceVersion] = .none
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

    private static let namespaces = ObjectStore.Collection(group: "", plural: "namespaces")

    /// Objects are made only in namespaces that exist and stay.
    private func requireOpenNamespace(_ namespace: String, _ name: String, _ call: ResourceCall) throws {
        guard let entry = store.get(Self.namespaces, .init(namespace: "", name: namespace)) else {
            throw APIStatus.notFound(APIStatus.Subject(group: "", plural: "namespaces"), namespace)
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
    static func countsGenerations(_ type: ResourceType) -> Bool {
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
