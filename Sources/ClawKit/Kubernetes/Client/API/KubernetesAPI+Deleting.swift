import HTTPTypes

/// What happens to an object's dependents when it is deleted.
public enum DeletionPropagation: String, Sendable {
    case background = "Background", foreground = "Foreground", orphan = "Orphan"
}

/// What a server did with the wish to delete an object.
public enum Deletion<R: Resource>: Sendable {
    /// The object is gone.
    case done
    /// The object is still there, as it is now: finalizers or a grace period hold it.
    case pending(R)

    public var isDone: Bool { if case .done = self { true } else { false } }
}

extension KubernetesAPI {
    /// Deletes the object; returns once the server has accepted it.
    /// - Parameters:
    ///   - gracePeriodSeconds: 0 ends a pod without asking its processes.
    ///   - uid: only the object with that identity (409 otherwise).
    ///   - resourceVersion: only where nobody changed it since (409 otherwise).
    @discardableResult
    public func delete<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil,
        propagation: DeletionPropagation? = nil, gracePeriodSeconds: Int? = nil, uid: String? = nil,
        resourceVersion: String? = nil
    ) async throws -> Deletion<R> {
        let options = DeleteOptions(
            propagation, gracePeriodSeconds: gracePeriodSeconds, uid: uid, resourceVersion: resourceVersion)
        let answer = try await document(
            for: .object(.delete, kind, name, in: namespace, body: .object(options.document)))
        return Deletion(answer, kind)
    }

    /// As ``delete(_:of:_:in:propagation:gracePeriodSeconds:uid:resourceVersion:)``; false where there was nothing to
    /// delete.
    @discardableResult
    public func deleteIfPresent<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil,
        propagation: DeletionPropagation? = nil, gracePeriodSeconds: Int? = nil, uid: String? = nil
    ) async throws -> Bool {
        do {
            try await delete(
                type, of: kind, name, in: namespace, propagation: propagation, gracePeriodSeconds: gracePeriodSeconds,
                uid: uid)
            return true
        } catch let error as KubernetesError where error.isNotFound {
            return false
        }
    }

    /// Deletes the objects that a selection means (``Selection/all`` says so explicitly), in one namespace or (nil) in
    /// all; returns those the server accepted, where it tells.
    @discardableResult
    public func deleteCollection<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, in namespace: String? = nil, matching selection: Selection,
        propagation: DeletionPropagation? = nil, gracePeriodSeconds: Int? = nil
    ) async throws -> [R] {
        let options = DeleteOptions(propagation, gracePeriodSeconds: gracePeriodSeconds)
        var request = try APIRequest.collection(.delete, kind, in: namespace, body: .object(options.document))
        try selection.add(to: &request.query)
        return ResourceList<R>(document: try await document(for: request), of: kind).items
    }
}

extension DeleteOptions {
    init(
        _ propagation: DeletionPropagation?, gracePeriodSeconds: Int?, uid: String? = nil, resourceVersion: String? = nil
    ) {
        let hasConditions = uid != nil || resourceVersion != nil
        self.init(
            apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: gracePeriodSeconds,
            preconditions: hasConditions ? Preconditions(resourceVersion: resourceVersion, uid: uid) : nil,
            propagationPolicy: propagation?.rawValue)
    }
}

extension Deletion {
    /// A server answers with a `Status` or with the object; the latter, for some kinds, even when it is gone.
    package init(_ answer: JSONObject, _ kind: ResourceType) {
        let object = R(document: answer, type: kind)
        let metadata = object.metadata
        let isHeld =
            !metadata.finalizers.isEmpty || (metadata.deletionGracePeriodSeconds ?? 0) > 0
            || !(answer[.spec]?["finalizers"]?.array ?? []).isEmpty
        let isStatus = answer.string(.kind) == "Status" && answer.string(.apiVersion) == "v1"
        self = !isStatus && metadata.deletionTimestamp != nil && isHeld ? .pending(object) : .done
    }
}
