import ClawBase
import ClawKubernetes

extension Finding {
    /// What an error of the cluster means to somebody who calls the platform; nil for errors of other kinds.
    static func translating(_ error: any Error) -> Finding? {
        switch error {
        case let error as KubernetesError: Finding(error)
        case let error as TransportError:
            Finding(.notReady, "The cluster cannot be reached (\(error.message)); try again once it is back.")
        default: nil
        }
    }

    init(_ error: KubernetesError) {
        switch error {
        case _ where error.isNotFound: self.init(.notFound, "\(error.message); check the name.")
        case _ where error.isAlreadyExists: self.init(.alreadyExists, "\(error.message); choose another name.")
        case _ where error.isConflict:
            self.init(
                .stale, "Somebody else changed it meanwhile (\(error.message)); read it again and repeat the change.")
        case _ where error.isInvalid || error.code == 400:
            let fields = error.causes.map(\.field).filter { !$0.isEmpty }
            let reasons = error.causes.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
            self.init(
                .invalid,
                reasons.isEmpty ? error.message : "The cluster refuses it: \(reasons.joined(separator: "; ")).",
                field: fields.first)
        case _ where error.isForbidden || error.isUnauthorized:
            self.init(
                .clusterRefused,
                "The cluster does not let the platform do this (\(error.message)); give its account the right.")
        default: self.init(.notReady, "The cluster cannot do this now (\(error.message)); try again.")
        }
    }
}

extension FindingCode {
    /// The platform's own account lacks a right in the cluster.
    static let clusterRefused = FindingCode(rawValue: "E_CLUSTER_FORBIDDEN")
}

extension KubernetesError {
    /// Whether the same request would be refused again.
    var isFinal: Bool {
        (400..<500).contains(code) && ![408, 409, 410, 429].contains(code) || isAlreadyExists
    }
}
