import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// A runtime's pod in a Sandbox.
extension RuntimeCell {
    /// The pod's controller is the Sandbox: by these it is known whose it is. They are part of what its hash is of, so
    /// a runtime that changes its driver gets another pod.
    func mark(inSandbox pod: inout Pod) {
        pod.annotations[Self.driverAnnotation] = driver.rawValue
        pod.metadata.labels[Runtime.uidLabel] = owner.uid
    }

    static let driverAnnotation = "clawkit.dev/driver"

    /// - Parameter pod: as it is wanted, with what it goes on from.
    func sandbox(_ pod: Pod) -> Sandbox { Sandbox(metadata: metadata(name), running: pod) }
}
