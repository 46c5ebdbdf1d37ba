/// What can be done to a runtime, in the API's words.
enum RuntimeAction: String, Sendable {
    case start, stop, suspend, resume, recover, restart, restore, delete

    /// The phase in which it is done; nil: the runtime is gone.
    var goal: String? {
        switch self {
        case .start, .resume, .recover, .restart, .restore: "Ready"
        case .stop: "Stopped"
        case .suspend: "Suspended"
        case .delete: nil
        }
    }
}
