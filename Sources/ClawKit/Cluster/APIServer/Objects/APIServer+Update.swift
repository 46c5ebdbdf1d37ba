import ClawBase
import ClawDocuments
import ClawModels
import HTTPTypes

/// replace and patch, of objects and of their status.
extension APIServer {
    func replace(_ call: ResourceCall, subresource: String?) async throws -> Response {
        let key = try call.key()
        var object = try await call.bodyObject()
        guard object.objectName.isEmpty || object.objectName == call.name else {
            throw APIStatus.badRequest(
                "the name of the object (\(object.objectName)) does not match the name on the URL (\(call.name))")
        }
        object.setMetadata(.name, .string(call.name))
        let warnings = try checkFields(&object, call)
        var response = try await update(call, key, subresource: subresource) { live in
            if let expected = object.metadataString(.resourceVersion), !expected.isEmpty {
                guard let expected = UInt64(expected) else {
                    throw APIStatus(
                        code: 500, reason: "InternalError",
                        message: "Internal error occurred: resourceVersion: Invalid value: \"\(expected)\": invalid syntax")
                }
                if expected != live.revision { throw APIStatus.modified(call.resource.subject, call.name) }
            }
            if let uid = object.metadataString(.uid), !uid.isEmpty, uid != live.metadataString(.uid) {
                throw APIStatus.conflict(
                    call.resource.subject, call.name,
                    "Precondition failed: UID in precondition: \(uid), UID in object meta: \(live.metadataString(.uid) ?? "")")
            }
            return object
        }
        response.addWarnings(warnings)
        return response
    }

    /// Read, change, check, commit; again where somebody else was quicker.
    func update(
        _ call: ResourceCall, _ key: ObjectStore.Key, subresource: String?, _ ownership: Ownership = .update,
        _ change: (JSONObject) throws -> JSONObject
    ) async throws -> Response {
        while true {
            guard let entry = store.get(call.resource.collection, key) else {
                throw APIStatus.notFound(call.resource.subject, call.name)
            }
            let live = entry.object
            var new = try change(live)
            prepareForUpdate(&new, live: live, call, subresource: subresource)
            try admit(&new, old: live, call)
            try validate(new, old: live, call)
            recordManager(&new, old: live, call, subresource: subresource, ownership)
            if new == live { return answer(call, live) }
            if call.isDryRun { return answer(call, new) }
            do {
                if new.isBeingDeleted, new.isReadyToVanish {
                    let last = try await store.remove(call.resource.collection, key, expecting: entry.revision, lastState: new)
                    await didRemove(call.resource, last)
                    return answer(call, last)
                }
                let stored = try await store.commit(call.resource.collection, new, expecting: .revision(entry.revision))
                didChange(call.resource, stored)
                return answer(call, stored)
            } catch ObjectStore.CommitError.changed {
                continue
            } catch ObjectStore.CommitError.missing {
                throw APIStatus.notFound(call.resource.subject, call.name)
            }
        }
    }

    /// Keeps what a writer may not change, separates status from the rest, and counts generations.
    private func prepareForUpdate(_ new: inout JSONObject, live: JSONObject, _ call: ResourceCall, subresource: String?) {
        if subresource == "status" {
            // Only the status (and, as in Kubernetes, nothing of the metadata but managedFields) comes through.
            let status = new[.status]
            let managedFields = new.metadataValue(.managedFields)
            new = live
            new[.status] = status
            new.setMetadata(.managedFields, managedFields ?? live.metadataValue(.managedFields))
        } else if call.resource.hasStatus {
            new[.status] = live[.status]
        }
        for key: FieldKey in [
            .uid, .creationTimestamp, .deletionTimestamp, .deletionGracePeriodSeconds, .generation, .selfLink, .name, .namespace,
        ] {
            new.setMetadata(key, live.metadataValue(key))
        }
        new.setMetadata(.resourceVersion, live.metadataValue(.resourceVersion))
        if call.resource.countsGenerations, new.differsInDesiredState(from: live) {
            let generation = live.metadataValue(.generation)?.integer ?? 0
            new.setMetadata(.generation, .integer(generation + 1))
        }
    }
}

extension JSONObject {
    /// Whether anything but metadata and status differs.
    fileprivate func differsInDesiredState(from other: JSONObject) -> Bool {
        var (a, b) = (self, other)
        for key: FieldKey in [.metadata, .status] {
            a[key] = nil
            b[key] = nil
        }
        return a != b
    }

    /// Whether a deletion that was asked for has nothing left to wait for.
    var isReadyToVanish: Bool {
        finalizers.isEmpty && (metadataValue(.deletionGracePeriodSeconds)?.integer ?? 0) == 0
            && (self[.spec]?["finalizers"]?.array?.isEmpty ?? true)
    }
}
