import Foundation

/// A cluster that the integration suites run against: always the embedded one over a TLS socket; and the one that
/// `CLAWKIT_TEST_KUBECONFIG` names, where it is set.
package enum IntegrationTarget: Sendable, CustomStringConvertible {
    case embedded
    case kubeconfig(String)

    package static let variable = "CLAWKIT_TEST_KUBECONFIG"
    package static let hint = "set CLAWKIT_TEST_KUBECONFIG to a cluster's kubeconfig to run this against it too"
    package static let external = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    package static let all: [IntegrationTarget] = [.embedded] + (external.map { [.kubeconfig($0)] } ?? [])

    package var description: String {
        switch self {
        case .embedded: "the embedded cluster"
        case .kubeconfig: "the cluster of \(Self.variable)"
        }
    }

    package var isEmbedded: Bool { if case .embedded = self { true } else { false } }
}
