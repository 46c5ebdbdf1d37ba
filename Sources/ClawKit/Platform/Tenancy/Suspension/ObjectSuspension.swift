import ClawBase
import ClawDocuments
import ClawKubernetes

/// Puts objects of a kind to rest and back, each with what it said before in an annotation of its own: so it comes back
/// as it was whoever brings it back, and however often it is begun.
struct ObjectSuspension: Sendable {
    /// The former value of the field, as JSON.
    static let annotation = "clawkit.dev/before-suspension"

    private static let backoff = Backoff(initial: .milliseconds(10), cap: .milliseconds(500))

    let kind: SuspendableKind
    let api: any KubernetesAPI
    let time: any TimeSource

    func suspend(in namespace: String) async throws {
        for try await object in items(in: namespace) where !object.isBeingDeleted {
            try await change(object) { kind.isConcerned($0) ? suspension(of: $0) : nil }
        }
    }

    func restore(in namespace: String) async throws {
        for try await object in items(in: namespace) where !object.isBeingDeleted {
            try await change(object, restoration)
        }
    }

    private func items(in namespace: String) -> Items<DynamicObject> {
        api.items(DynamicObject.self, of: kind.type, in: namespace)
    }

    // MARK: pure

    /// nil where it rests already.
    private func suspension(of object: DynamicObject) -> JSON? {
        let present = value(of: object)
        guard object.annotations[Self.annotation] == nil, present != kind.atRest else { return nil }
        return patch(annotation: .string((present ?? .null).description), field: kind.atRest)
    }

    /// nil where nothing was done to it. What somebody has changed meanwhile stays as they want it.
    private func restoration(of object: DynamicObject) -> JSON? {
        guard let saved = object.annotations[Self.annotation] else { return nil }
        let before = (try? JSONParser.parse(Array(saved.utf8))) ?? .null
        return patch(annotation: .null, field: value(of: object) == kind.atRest ? before : .none)
    }

    private func value(of object: DynamicObject) -> JSON? { object.document["spec"]?.object?[kind.field] }

    private func patch(annotation: JSON, field: JSON?) -> JSON {
        var annotations = JSONObject()
        annotations[FieldKey(Self.annotation)] = annotation
        var spec = JSONObject()
        if let field { spec[kind.field] = field }
        return ["metadata": ["annotations": .object(annotations)], "spec": .object(spec)]
    }

    // MARK: writing

    /// - Parameter patch: called anew where somebody else was quicker.
    private func change(_ first: DynamicObject, _ patch: (DynamicObject) -> JSON?) async throws {
        var object = first
        for attempt in 1... {
            guard var change = patch(object) else { return }
            change["metadata"]?["resourceVersion"] = object.resourceVersion.map(JSON.string)
            do {
                _ = try await api.mergePatch(
                    DynamicObject.self, of: kind.type, object.name, in: object.namespace, change)
                return
            } catch let error as KubernetesError where error.isNotFound {
                return
            } catch let error as KubernetesError where error.isConflict && attempt < 10 {
                try await time.sleep(for: Self.backoff.delay(afterFailures: attempt))
                let present = try await api.find(
                    DynamicObject.self, of: kind.type, object.name, in: object.namespace)
                guard let present else { return }
                object = present
            }
        }
    }
}
