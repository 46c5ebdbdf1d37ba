import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas
import HTTPTypes

/// delete and deleteCollection.
/// Rules: <https://kubernetes.io/docs/concepts/architecture/garbage-collection/>,
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/>
extension APIServer {
    private struct Options {
        var propagation: String?
        var gracePeriod: Int64?
        var uid: String?
        var revision: UInt64?
        var isDryRun: Bool

        init(_ call: ResourceCall) async throws {
            var object = JSONObject()
            if call.request.body.length != 0, let body = try await call.bodyValue().object { object = body }
            isDryRun = call.isDryRun || object.strings("dryRun").contains("All")
            propagation = object.string("propagationPolicy") ?? call.query["propagationPolicy"]
            if let text = call.query["gracePeriodSeconds"], !text.isEmpty {
                guard let seconds = Int64(text) else {
                    throw APIStatus.badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
                }
                gracePeriod = seconds
            }
            gracePeriod = object["gracePeriodSeconds"]?.integer ?? gracePeriod
            uid = object["preconditions"]?["uid"]?.string
            revision = object["preconditions"]?["resourceVersion"]?.string.flatMap(UInt64.init)
            let orphans = object["orphanDependents"]?.bool ?? call.query["orphanDependents"].map { $0 == "true" }
            var error: APIStatus.FieldError?
            if let propagation, orphans != nil {
                error = .invalid(
                    "propagationPolicy", .string(propagation), "orphanDependents and deletionPropagation cannot be both set")
            } else if let propagation, !["Background", "Foreground", "Orphan"].contains(propagation) {
                error = .unsupported(
                    "propagationPolicy", .string(propagation), ["Foreground", "Background", "Orphan", "nil"])
            }
            if let error {
                throw APIStatus.invalid(kind: "DeleteOptions", group: "meta.k8s.io", name: "", [error])
            }
            if orphans == true { propagation = "Orphan" }
        }
    }

    func delete(_ call: ResourceCall) async throws -> Response {
        guard call.resource.allows("delete") else { throw APIStatus.methodNotAllowed }
        let key = try call.key()
        let options = try await Options(call)
        if call.resource.isImmortal(call.name) {
            throw APIStatus.forbidden(call.resource.subject, call.name, "this namespace may not be deleted")
        }
        let (object, isGone) = try await delete(call, key, options)
        // A deletion that is only marked answers with the object; one that is done, with a Status.
        guard isGone, !call.resource.type.answersDeletionWithObject else {
            return .document(object, status: .ok)
        }
        return .document([
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
            "details": .object(deletionDetails(call, object)),
        ])
    }

    private func deletionDetails(_ call: ResourceCall, _ object: JSONObject) -> JSONObject {
        var details: JSONObject = ["name": .string(object.objectName)]
        if !call.resource.type.group.isEmpty { details["group"] = .string(call.resource.type.group) }
        details["kind"] = .string(call.resource.type.plural)
        details["uid"] = object.metadataValue(.uid)
        return details
    }

    func deleteCollection(_ call: ResourceCall) async throws -> Response {
        guard call.resource.allows("deletecollection") else { throw APIStatus.methodNotAllowed }
        let options = try await Options(call)
        let filter = try ObjectFilter(call)
        var deleted: [JSON] = []
        var objects = store.list(call.resource.collection, namespace: call.namespace).objects
        if !filter.isEverything { objects = try await call.resource.shown(objects).filter(filter.matches) }
        for object in objects {
            do {
                deleted.append(.object(try await delete(call, .init(object: object), options).object))
            } catch let status as APIStatus where status.code == 404 {
                continue
            }
        }
        let type = call.resource.type
        return .document([
            "kind": .string(call.resource.listKind), "apiVersion": .string(type.apiVersion),
            "metadata": ["resourceVersion": .string(String(store.revision))], "items": .array(deleted),
        ])
    }

    private func delete(
        _ call: ResourceCall, _ key: ObjectStore.Key, _ options: Options
    ) async throws -> (object: JSONObject, isGone: Bool) {
        let subject = call.resource.subject
        // Preconditions are refused in the name of the kind, everything else in that of the resource.
        let kind = APIStatus.Subject(group: call.resource.type.group, plural: call.resource.type.kind)
        while true {
            guard let entry = store.get(call.resource.collection, key) else { throw APIStatus.notFound(subject, key.name) }
            let live = try await call.resource.shown(entry.object)
            if let uid = options.uid, uid != live.metadataString(.uid) {
                throw APIStatus.conflict(
                    kind, key.name,
                    "the UID in the precondition (\(uid)) does not match the UID in record (\(live.metadataString(.uid) ?? "")). "
                        + "The object might have been deleted and then recreated")
            }
            if let revision = options.revision, revision != entry.revision {
                throw APIStatus.conflict(
                    kind, key.name,
                    "the ResourceVersion in the precondition (\(revision)) does not match the ResourceVersion in record "
                        + "(\(entry.revision)). The object might have been modified")
            }
            try await admission.validate(
                nil, AdmissionRequest(.delete, call, old: live, store: store, time: time))
            let marked = markForDeletion(live, call.resource, options)
            if options.isDryRun { return (marked, marked.isReadyToVanish) }
            do {
                if marked.isReadyToVanish {
                    let last = try await store.remove(call.resource.collection, key, expecting: entry.revision)
                    await didRemove(call.resource, last)
                    // A pod answers as it would have been marked, other kinds as they were.
                    var answer = call.resource.type.kind == "Pod" ? marked : live
                    answer.setMetadata(.resourceVersion, last.metadataValue(.resourceVersion))
                    return (answer, true)
                }
                if marked == live { return (live, false) }
                let kept = try await call.resource.stored(marked)
                let stored = try await store.commit(call.resource.collection, kept, expecting: .revision(entry.revision))
                didChange(call.resource, stored)
                return (try await call.resource.shown(stored), false)
            } catch ObjectStore.CommitError.changed {
                continue
            } catch ObjectStore.CommitError.missing {
                throw APIStatus.notFound(subject, key.name)
            }
        }
    }

    /// The object as it is once its deletion has been asked for.
    private func markForDeletion(_ live: JSONObject, _ resource: RegisteredResource, _ options: Options) -> JSONObject {
        var object = live
        switch options.propagation {
        case "Foreground": object.addFinalizer("foregroundDeletion")
        case "Orphan": object.addFinalizer("orphan")
        default: break
        }
        // The definition goes when what it defines is gone.
        if resource.collection == RegisteredResource.definitions, !live.isBeingDeleted {
            object.addFinalizer(CustomResourceDefinitions.cleanupFinalizer)
        }
        let grace = gracePeriod(of: live, resource, options)
        if !live.isBeingDeleted {
            object.setMetadata(.deletionTimestamp, .string((time.now + .seconds(grace)).rfc3339()))
            object.setMetadata(.deletionGracePeriodSeconds, .integer(grace))
            if resource.countsGenerations, let generation = live.metadataValue(.generation)?.integer {
                object.setMetadata(.generation, .integer(generation + 1))
            }
        } else if let old = live.metadataValue(.deletionGracePeriodSeconds)?.integer, grace < old {
            // A shorter grace period may follow a longer one, never the other way round.
            object.setMetadata(.deletionTimestamp, .string((time.now + .seconds(grace)).rfc3339()))
            object.setMetadata(.deletionGracePeriodSeconds, .integer(grace))
        }
        if resource.type.plural == "namespaces", resource.type.group.isEmpty {
            object[.status] = ["phase": "Terminating"]
        }
        return object
    }

    /// Seconds; only pods that a node has in hand are deleted gracefully.
    private func gracePeriod(of object: JSONObject, _ resource: RegisteredResource, _ options: Options) -> Int64 {
        guard resource.type.group.isEmpty, resource.type.plural == "pods" else { return 0 }
        let phase = object[.status]?["phase"]?.string
        guard let node = object[.spec]?["nodeName"]?.string, !node.isEmpty, phase != "Succeeded", phase != "Failed" else {
            return 0
        }
        return max(0, options.gracePeriod ?? object[.spec]?["terminationGracePeriodSeconds"]?.integer ?? 30)
    }
}

extension JSONObject {
    fileprivate mutating func addFinalizer(_ name: String) {
        guard !finalizers.contains(name) else { return }
        setMetadata(.finalizers, .array((finalizers + [name]).map(JSON.string)))
    }
}

extension RegisteredResource {
    /// Namespaces without which nothing works.
    fileprivate func isImmortal(_ name: String) -> Bool {
        type.group.isEmpty && type.plural == "namespaces" && ["default", "kube-system", "kube-public"].contains(name)
    }
}

extension ResourceType {
    /// Kinds whose deletion answers with the object itself, even when it is gone.
    fileprivate var answersDeletionWithObject: Bool {
        group == "storage.k8s.io" || group.isEmpty && ["pods", "namespaces", "services", "serviceaccounts", "persistentvolumes", "persistentvolumeclaims",
            "replicationcontrollers", "resourcequotas", "podtemplates"].contains(plural)
    }
}
