import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources

/// Carries out an operation's first step: writes the wish into the cluster. May be repeated.
struct RuntimeDeclarer: Sendable {
    /// Names the operation that made a runtime, so that a repeated creation knows its own work.
    static let operationAnnotation = "clawkit.dev/operation"

    let api: any KubernetesAPI

    /// - Throws: ``KubernetesError``, ``TransportError``, ``Finding`` (`E_EXISTS`, `E_NOT_FOUND`).
    func declare(_ operation: Operation) async throws {
        guard let verb = operation.verb, let (project, name) = RuntimeTarget.parse(operation.target) else {
            throw Finding(.internalError, "Operation \(operation.id) is none on a runtime; it cannot be carried out.")
        }
        switch verb {
        case .create: try await create(operation, project, name)
        case .delete: try await delete(operation, project, name)
        default: try await change(operation, verb, project, name)
        }
    }

    private func create(_ operation: Operation, _ project: String, _ name: String) async throws {
        let wish = operation.parameters ?? .null
        var runtime = Runtime(
            metadata: ObjectMeta(
                name: name, namespace: project, annotations: [Self.operationAnnotation: operation.id]),
            spec: RuntimeSpec(
                user: wish["user"]?.string ?? "", template: wish["template"]?.string,
                capacity: wish["capacity"]?.string))
        RestWords(wish["rest"]?.string)?.write(to: &runtime.spec)
        do {
            _ = try await api.create(runtime)
        } catch let error as KubernetesError where error.isAlreadyExists {
            let there = try await api.find(Runtime.self, name, in: project)
            guard there?.annotations[Self.operationAnnotation] == operation.id else {
                throw Finding(
                    .alreadyExists, "There is a runtime \(project)/\(name) already; start it, or choose another name.",
                    field: "name")
            }
        }
    }

    private func delete(_ operation: Operation, _ project: String, _ name: String) async throws {
        do {
            try await api.deleteIfPresent(
                Runtime.self, name, in: project, propagation: .background, uid: operation.parameters?["uid"]?.string)
        } catch let error as KubernetesError where error.isConflict {
            // The one that was meant is gone; this is another of the same name.
        }
    }

    private func change(
        _ operation: Operation, _ verb: RuntimeVerb, _ project: String, _ name: String
    ) async throws {
        var attempt = 1
        while true {
            var runtime = try await api.get(Runtime.self, name, in: project)
            if let uid = operation.parameters?["uid"]?.string, runtime.uid != uid {
                throw Finding(
                    .notFound, "The runtime \(project)/\(name) was deleted and made anew meanwhile; ask again.")
            }
            let before = runtime
            verb.declare(
                in: &runtime, at: operation.moment, checkpoint: operation.parameters?["checkpoint"]?.string)
            if runtime == before { return }
            do {
                _ = try await api.replace(runtime)
                return
            } catch let error as KubernetesError where error.isConflict && attempt < 10 {
                attempt += 1
            }
        }
    }
}
