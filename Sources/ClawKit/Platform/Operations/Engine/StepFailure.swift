import ClawBase
import ClawControl
import ClawKubernetes

/// What an error that a step threw means for its operation.
struct StepFailure: Sendable {
    let failure: Operation.Failure
    /// Trying again may help.
    let isTransient: Bool
    /// Nothing was done, and there is no use in trying again, says the step.
    let isRefusal: Bool

    init(_ error: any Error) {
        switch error {
        case let error as StepRefusal: self.init(error.finding, isTransient: false, isRefusal: true)
        case let finding as Finding: self.init(finding, isTransient: finding.code.mayPass)
        case let error as KubernetesError: self.init(Finding(error), isTransient: !error.isFinal)
        case let error as TransportError: self.init(Finding(.unreachable, "\(error)"), isTransient: true)
        default: self.init(Finding(.internalError, "\(error)"), isTransient: true)
        }
    }

    private init(_ finding: Finding, isTransient: Bool, isRefusal: Bool = false) {
        failure = Operation.Failure(code: finding.code, message: finding.message)
        (self.isTransient, self.isRefusal) = (isTransient, isRefusal)
    }
}

extension FindingCode {
    /// Whether it is of the moment, rather than of the wish.
    fileprivate var mayPass: Bool { [.storage, .notReady, .deadline, .unreachable, .stale].contains(self) }
}
