import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas
import HTTPTypes

/// replace and patch, of objects and of their status.
extension APIServer {
    func replace(_ call: ResourceCall, subresource: String?) async throws -> Response {
        let key = try call.key()
        var (object, repeated) = try await call.bodyObjectWithRepetitions()
        guard object.objectName.isEmpty || object.objectName == call.name else {
            throw APIStatus.badRequest(
                "the name of the object (\(object.objectName)) does not match the name on the URL (\(call.name))")
        }
        object.setMetadata(.name, .string(call.name))
        let warnings = try checkFields(&object, call, repeated: repeated)
        var response = try await update(call, key, subresource: subresource) { live in
            if let expected = object.metadataString(.resourceVersion), !expected.isEmpty {
                guard let expected = UInt64(expected) else {
                    throw APIStatus(
                        code: 500, reason: "",
                        message: "strconv.ParseUint: parsing \"\(expected)\": invalid syntax")
                }
                if expected != live.revision { throw APIStatus.modified(call.resource.subject, call.name) }
            } else if call.resource.needsVersionToReplace {
                throw APIStatus.invalid(
                    kind: call.resource.subject.plural, group: call.resource.type.group, name: call.name,
                    [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
            }
            if let uid = object.metadataString(.uid), !uid.isEmpty, uid != live.metadataString(.uid) {
                throw APIStatus.conflict(
                    call.resource.subject, call.name,
                    "StorageError: invalid object, Code: 4, Key: \(call.registryKey), ResourceVersion: 0, AdditionalErrorMsg: "
                        + "Precondition failed: UID in precondition: \(uid), UID in object meta: \(live.metadataString(.uid) ?? "")")
            }
            return object
        }
        response.addWarnings(warnings)
        return response
    }

    /// Read, change, check, commit; again where somebody else was quicker. That the object is not there is told to an
    /// apply by ``ObjectStore/CommitError/missing``, to others by 404.
    func update(
        _ call: ResourceCall, _ key: ObjectStore.Key, subresource: String?, _ ownership: Ownership = .update,
        _ change: (JSONObject) throws -> JSONObject
    ) async throws -> Response {
        while true {
            guard let entry = store.get(call.resource.collection, key) else {
                if ownership == .applied { throw ObjectStore.CommitError.missing }
                throw APIStatus.notFound(call.resource.subject, call.name)
            }
            let live = try await call.resource.shown(entry.object)
            var new = try change(live)
            if let narrowed = try new.narrowed(to: subresource, of: live, call) { new = narrowed }
            let writtenUID = new.metadataString(.uid).flatMap { $0.isEmpty ? nil : $0 }
            prepareForUpdate(&new, live: live, call, subresource: subresource)
            try admit(&new, old: live, call)
            try checkGrants(new, old: live, call)
            try admitCertificateRequest(&new, old: live, call)
            recordManager(&new, old: live, call, subresource: subresource, ownership, at: time.now)
            let request = AdmissionRequest(.update, call, old: live, store: store, time: time)
            if subresource != "binding" { try await admission.admit(&new, request) }
            countGeneration(&new, live: live, call, subresource: subresource)
            try checkFinalizers(new, live: live, call)
            try validate(new, old: live, call, writtenUID: writtenUID).forEach(request.warn)
            let uid = new.metadataString(.uid)
            var isKept = false
            defer { settleAdmission(of: uid, call, isKept: isKept) }
            if subresource != "binding" { try await admission.validate(new, request) }
            let addresses = try complete(&new, old: live, call)
            defer { addresses?.end() }
            if new == live, !call.resource.isOutdated(entry.object) { return try answer(call, live, request.warnings) }
            if call.isDryRun {
                return try answer(
                    call, try await call.resource.shown(try await call.resource.stored(new)), request.warnings)
            }
            do {
                if new.isBeingDeleted, new.isReadyToVanish {
                    // Watchers are told the object as it was kept last, the writer as he made it.
                    let last = try await store.remove(call.resource.collection, key, expecting: entry.revision)
                    await didRemove(call.resource, last)
                    new.setMetadata(.resourceVersion, last.metadataValue(.resourceVersion))
                    return try answer(call, new, request.warnings)
                }
                let kept = try await call.resource.stored(new)
                let stored = try await store.commit(
                    call.resource.collection, kept, expecting: .revision(entry.revision))
                isKept = true
                didChange(call.resource, stored, from: live)
                return try answer(call, try await call.resource.shown(stored), request.warnings)
            } catch ObjectStore.CommitError.changed {
                continue
            } catch ObjectStore.CommitError.missing where ownership == .update {
                throw APIStatus.notFound(call.resource.subject, call.name)
            }
        }
    }

    /// Who is being deleted takes no new finalizers.
    private func checkFinalizers(_ new: JSONObject, live: JSONObject, _ call: ResourceCall) throws {
        guard live.isBeingDeleted else { return }
        let added = new.finalizers.filter { !live.finalizers.contains($0) }
        guard !added.isEmpty else { return }
        let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
        let error = APIStatus.FieldError.forbidden(
            "metadata.finalizers",
            "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}")
        // Kubernetes asks twice, as for all metadata of its own kinds.
        throw APIStatus.invalid(
            kind: call.resource.type.kind, group: call.resource.type.group, name: call.name,
            call.resource.isCustom ? [error] : [error, error])
    }

    /// Keeps what a writer may not change, and separates status from the rest.
    private func prepareForUpdate(_ new: inout JSONObject, live: JSONObject, _ call: ResourceCall, subresource: String?) {
        if subresource == "status" {
            // Only the status comes through, and the metadata; of custom resources managedFields alone.
            let (status, written) = (new[.status], new[.metadata])
            let managedFields = new.metadataValue(.managedFields)
            new = live
            new[.status] = status
            if call.resource.isCustom {
                new.setMetadata(.managedFields, managedFields ?? live.metadataValue(.managedFields))
            } else {
                new[.metadata] = written
            }
        } else if call.resource.hasStatus, subresource != "approval", subresource != "binding" {
            new[.status] = live[.status]
        }
        let kept = live[.metadata]?.object ?? JSONObject()
        new.changeMetadata { metadata in
            for key: FieldKey in [
                .uid, .creationTimestamp, .deletionTimestamp, .deletionGracePeriodSeconds, .generation, .selfLink, .name,
                .namespace, .resourceVersion,
            ] {
                metadata[key] = kept[key]
            }
        }
    }

    /// Counts changes of what is wanted, defaults filled in. Binding a pod is none.
    private func countGeneration(_ new: inout JSONObject, live: JSONObject, _ call: ResourceCall, subresource: String?) {
        if call.resource.countsGenerations, subresource != "binding", new.differsInDesiredState(from: live) {
            let generation = live.metadataValue(.generation)?.integer ?? 0
            new.setMetadata(.generation, .integer(generation + 1))
        }
    }
}

extension ResourceCall {
    /// Where Kubernetes' own storage has the object: some of its messages say so.
    fileprivate var registryKey: String {
        let plural = resource.isCustom ? "\(resource.type.group)/\(resource.type.plural)" : resource.type.plural
        return (["/registry", plural] + (namespace.map { [$0] } ?? []) + [name]).joined(separator: "/")
    }
}

extension RegisteredResource {
    /// Most kinds may be replaced blindly; these may not.
    fileprivate var needsVersionToReplace: Bool {
        isCustom || (type.group == "coordination.k8s.io" && type.plural == "leases")
    }
}

extension JSONObject {
    /// Whether anything but metadata and status differs.
    func differsInDesiredState(from other: JSONObject) -> Bool {
        hasMembers(unlike: other) || other.hasMembers(unlike: self)
    }

    private func hasMembers(unlike other: JSONObject) -> Bool {
        var differs = false
        forEachMember { key, value in
            if differs || key == .metadata || key == .status { return }
            differs = other[key] != value
        }
        return differs
    }

    /// Whether a deletion that was asked for has nothing left to wait for.
    var isReadyToVanish: Bool {
        finalizers.isEmpty && (metadataValue(.deletionGracePeriodSeconds)?.integer ?? 0) == 0
            && (self[.spec]?["finalizers"]?.array?.isEmpty ?? true)
    }
}
