import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

/// An object that Kubernetes refuses, and what it says about it.
struct Rejection: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let path: String
    let object: JSON
    /// `field: message`, in any order.
    let causes: Set<String>

    init(_ description: String, _ path: String, _ object: JSON, _ causes: String...) {
        (testDescription, self.path, self.object, self.causes) = (description, path, object, Set(causes))
    }

    /// Of the core group, in the namespace `default`.
    static func core(_ plural: String) -> String { "/api/v1/namespaces/default/\(plural)" }
    static func grouped(_ group: String, _ plural: String) -> String { "/apis/\(group)/namespaces/default/\(plural)" }
}

extension RawAnswer {
    var causes: Set<String> {
        Set(
            (json["details"]?["causes"]?.array ?? []).map {
                "\($0["field"]?.string ?? ""): \($0["message"]?.string ?? "")"
            })
    }
}

/// A pod with one valid container, changed.
func pod(_ change: (inout JSON) -> Void = { _ in }) -> JSON {
    var pod: JSON = ["metadata": ["name": "p"], "spec": ["containers": [["name": "c", "image": "x"]]]]
    change(&pod)
    return pod
}

/// A pod whose one container has these members too.
func podWith(_ members: JSONObject) -> JSON {
    var container: JSONObject = ["name": "c", "image": "x"]
    for (name, value) in members { container[name] = value }
    return ["metadata": ["name": "p"], "spec": ["containers": [.object(container)]]]
}
