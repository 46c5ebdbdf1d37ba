import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources

/// What somebody can ask of a runtime.
enum RuntimeVerb: String, Sendable, CaseIterable {
    case create, start, stop, suspend, resume, recover, restart, restore, delete

    /// The verbs that have a route of their own on an existing runtime.
    static let posted: [RuntimeVerb] = [.start, .stop, .suspend, .resume, .recover, .restart]

    /// Whether this puts an end to an operation that is under way, instead of waiting for it: somebody who wants
    /// a runtime down does not wait until it is up.
    func preempts(_ other: RuntimeVerb) -> Bool {
        switch self {
        case .stop, .suspend: other.aim == .ready
        case .delete: other != .delete
        default: false
        }
    }

    /// The phase in which the wish has come true; nil where it is that the runtime is gone.
    var aim: RuntimePhase? {
        switch self {
        case .create, .start, .resume, .recover, .restart, .restore: .ready
        case .stop: .stopped
        case .suspend: .suspended
        case .delete: nil
        }
    }

    /// What its wish leaves in the spec; nil where that is nothing.
    var desiredState: RuntimeSpec.DesiredState? {
        switch aim {
        case .ready: .running
        case .stopped: .stopped
        case .suspended: .suspended
        default: nil
        }
    }

    /// Writes the wish into the object. The same wish twice leaves the object as it is.
    /// - Parameters:
    ///   - moment: the operation's time, RFC 3339 with microseconds.
    ///   - checkpoint: what to go back to, of a restore.
    func declare(in runtime: inout Runtime, at moment: String, checkpoint: String? = nil) {
        switch self {
        case .start, .resume, .create:
            // Who starts what has failed means: try again. The wish to run alone is there already.
            if runtime.spec.desiredState == .running, runtime.status.phase == .failed {
                runtime.annotations[Runtime.recoverAnnotation] = moment
            }
            if runtime.status.sleep != nil { runtime.annotations[Runtime.wakeAnnotation] = moment }
            runtime.spec.desiredState = .running
        case .stop: runtime.spec.desiredState = .stopped
        case .suspend: runtime.spec.desiredState = .suspended
        case .recover:
            runtime.spec.desiredState = .running
            runtime.annotations[Runtime.recoverAnnotation] = moment
        case .restart, .restore:
            runtime.spec.desiredState = .running
            runtime.annotations[Runtime.restartAnnotation] = moment
            runtime.annotations[Runtime.restoreAnnotation] = checkpoint
        case .delete: break
        }
    }
}

/// A runtime as the target of operations: `runtime/{project}/{name}`.
enum RuntimeTarget {
    static let kind = "runtime"

    static func text(_ project: String, _ name: String) -> String { "\(kind)/\(project)/\(name)" }

    static func parse(_ target: String) -> (project: String, name: String)? {
        let parts = target.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == kind else { return nil }
        return (String(parts[1]), String(parts[2]))
    }
}

extension Operation {
    /// The steps of every operation on a runtime.
    static let declareStep = "declare"
    static let reconcileStep = "reconcile"

    var verb: RuntimeVerb? { RuntimeVerb(rawValue: action) }

    /// The moment of the wish as annotations carry it.
    var moment: String { createdAt.rfc3339(fractionDigits: 6) }

    var isDeclared: Bool { steps.first { $0.name == Self.declareStep }?.state == .succeeded }
}
