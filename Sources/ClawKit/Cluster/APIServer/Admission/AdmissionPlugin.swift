import ClawBase
import ClawDocuments
import ClawModels
import Synchronization

/// A step every write passes between authorization and the store: ``MutatingPlugin`` or ``ValidatingPlugin``, or both.
/// <https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/>
protocol AdmissionPlugin: Sendable {
    /// Whether the plugin has anything to say of such a request: asked first, since most have nothing to do with most.
    func concerns(_ request: AdmissionRequest) -> Bool
}

/// A plugin that may change the object, and refuse it.
protocol MutatingPlugin: AdmissionPlugin {
    /// Changes the object on its way in; nobody owns what is added here. Runs before the kind's own rules.
    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws
}

/// A plugin that may refuse the object.
protocol ValidatingPlugin: AdmissionPlugin {
    /// Refuses what may not be, once the kind's own rules hold.
    /// - Parameter object: nil for a deletion.
    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws
}

extension AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool { true }
}

/// What a plugin is told of a write.
final class AdmissionRequest: Sendable {
    enum Operation: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    let operation: Operation
    let call: ResourceCall
    let type: ResourceType
    /// The object as it is stored; nil for what is new.
    let old: JSONObject?
    let store: ObjectStore
    let time: any TimeSource
    /// What the client is told beside its answer.
    private let notes = Mutex<[String]>([])

    /// - Parameter type: what is written, where that is not the resource itself: the options of a connection.
    init(
        _ operation: Operation, _ call: ResourceCall, type: ResourceType? = nil, old: JSONObject?, store: ObjectStore,
        time: any TimeSource
    ) {
        (self.operation, self.call, self.old, self.store, self.time) = (operation, call, old, store, time)
        self.type = type ?? call.resource.type
    }

    func warn(_ text: String) { notes.withLock { $0.append(text) } }
    var warnings: [String] { notes.withLock { $0 } }

    var subresource: String? { call.target.subresource }

    /// Whether a pod, not one of its subresources, is written.
    var isPod: Bool { subresource == nil && type.plural == "pods" && type.group.isEmpty }
    var createsPod: Bool { operation == .create && isPod }

    func forbidden(_ object: JSONObject, _ why: String) -> APIStatus {
        .forbidden(call.resource.subject, object.objectName, why)
    }

    /// The objects of a built-in kind in the request's namespace.
    func neighbours(_ plural: String, group: String = "") -> [JSONObject] {
        guard let namespace = call.namespace else { return [] }
        return store.list(.init(group: group, plural: plural), namespace: namespace).objects
    }

    func find(_ plural: String, group: String = "", namespace: String = "", _ name: String) -> JSONObject? {
        store.get(.init(group: group, plural: plural), .init(namespace: namespace, name: name))?.object
    }

    /// The namespace the object is in.
    var namespaceObject: JSONObject? { call.namespace.flatMap { find("namespaces", $0) } }
}
