import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources

/// How far an operation on a runtime has come, judged by the runtime alone. Pure.
enum RuntimeProgress: Sendable, Hashable {
    /// Not there yet; the text says where it stands.
    case underWay(String)
    case reached
    case failed(Operation.Failure)

    var isUnderWay: Bool { if case .underWay = self { true } else { false } }

    /// - Parameter runtime: nil where there is no such object (any more).
    static func of(_ operation: Operation, _ runtime: Runtime?) -> RuntimeProgress {
        guard let verb = operation.verb else {
            return .failed(
                Operation.Failure(code: .internalError, message: "'\(operation.action)' is no action on runtimes."))
        }
        // A runtime of the same name that was made since is another one.
        let uid = operation.parameters?["uid"]?.string
        let runtime = runtime.flatMap { uid == nil || $0.uid == uid ? $0 : nil }
        guard let runtime else {
            return verb == .delete
                ? .reached
                : .failed(
                    Operation.Failure(code: .notFound, message: "The runtime was deleted meanwhile; create it again."))
        }
        let phase = runtime.isBeingDeleted ? .deleting : runtime.status.phase ?? .pending
        guard let aim = verb.aim else { return .underWay("The runtime is \(phase.rawValue).") }
        if runtime.isBeingDeleted {
            return .failed(
                Operation.Failure(code: .notFound, message: "The runtime is being deleted; create it again."))
        }
        if let wanted = verb.desiredState, runtime.spec.desiredState != wanted {
            // Whoever wished so did not ask for an operation; waiting on would keep others from asking again.
            return .failed(
                Operation.Failure(
                    code: .conflict, message: "Meanwhile somebody wants the runtime \(runtime.spec.desiredState.rawValue)."))
        }
        guard runtime.statusIsCurrent else { return .underWay("The runtime's controller has yet to see the wish.") }
        if phase == aim { return .reached }
        // What nobody tries any more will not come by waiting; a stop still ends well after a failed start.
        guard phase == .failed || phase == .refused, aim == .ready else {
            return .underWay(
                "The runtime is \(phase.rawValue)." + (runtime.status.lastError.map { " \($0.message)" } ?? ""))
        }
        let error = runtime.status.lastError
        return .failed(
            Operation.Failure(
                code: FindingCode(rawValue: error.flatMap { $0.code.isEmpty ? nil : $0.code } ?? "E_RUNTIME"),
                message: error?.message ?? "The runtime is \(phase.rawValue); see its conditions."))
    }
}

extension Runtime {
    /// Whether the status answers the present spec and the present request.
    var statusIsCurrent: Bool {
        status.observedGeneration >= metadata.generation ?? 0 && status.observedRequest == request
    }
}
