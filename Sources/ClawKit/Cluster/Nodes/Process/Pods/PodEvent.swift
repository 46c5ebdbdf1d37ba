/// What `kubectl describe pod` shows under Events.
struct PodEvent: Sendable, Hashable {
    enum Kind: String, Sendable { case normal = "Normal", warning = "Warning" }
    var kind: Kind
    var reason: String
    var message: String
    /// The container it is about; nil: the pod.
    var container: String?
    var isInitContainer = false

    static func normal(_ reason: String, _ message: String, _ container: ContainerMachine?) -> PodEvent {
        PodEvent(
            kind: .normal, reason: reason, message: message, container: container?.name,
            isInitContainer: container?.role == .initial || container?.role == .sidecar)
    }

    static func warning(_ reason: String, _ message: String, _ container: ContainerMachine? = nil) -> PodEvent {
        PodEvent(
            kind: .warning, reason: reason, message: message, container: container?.name,
            isInitContainer: container?.role == .initial || container?.role == .sidecar)
    }
}
