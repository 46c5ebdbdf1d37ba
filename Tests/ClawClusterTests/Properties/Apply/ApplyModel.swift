import ClawDocuments

/// The reference that server-side apply is held against: one flat table of fields, each with its value and its owners,
/// and the rules of <https://kubernetes.io/docs/reference/using-api/server-side-apply/> said about them.
///
/// It knows values, not containers: what an object, map or list without members is, is not its matter.
struct ApplyModel {
    struct Conflict: Hashable {
        let field: String
        let manager: String
    }

    private(set) var values: [String: JSON] = [:]
    private(set) var owners: [String: Set<String>] = [:]

    /// Before an object's first apply nobody's account was kept: then all there is is entered for one manager.
    mutating func beginAccount() {
        for field in values.keys { owners[field] = ["before-first-apply"] }
    }

    mutating func forgetAccount() { owners = [:] }

    /// What stands in the way of an apply: fields that others own and that would get another value.
    func conflicts(_ configuration: [String: JSON], _ manager: String) -> Set<Conflict> {
        var found: Set<Conflict> = []
        for (field, value) in configuration where values[field] != nil && values[field] != value {
            for owner in owners[field] ?? [] where owner != manager { found.insert(Conflict(field: field, manager: owner)) }
        }
        return found
    }

    mutating func apply(_ configuration: [String: JSON], _ manager: String) {
        for (field, value) in configuration {
            // Whoever had set it to something else has it no longer.
            if values[field] != value { owners[field] = [] }
            values[field] = value
            owners[field, default: []].insert(manager)
        }
        let givenUp = owners.filter { $0.value.contains(manager) && configuration[$0.key] == nil }.map(\.key)
        for field in givenUp { owners[field]?.remove(manager) }
        for field in givenUp where owners[field]?.isEmpty == true { remove(field) }
    }

    /// - Parameter isCounted: false where the object has no account, and gets none by updates.
    mutating func update(_ new: [String: JSON], _ manager: String, isCounted: Bool) {
        for field in values.keys where new[field] == nil { remove(field) }
        for (field, value) in new where values[field] != value {
            values[field] = value
            owners[field] = isCounted ? [manager] : []
        }
    }

    /// With a list's element goes everything in it.
    private mutating func remove(_ field: String) {
        for gone in values.keys where gone == field || gone.hasPrefix(field + ".") {
            values[gone] = nil
            owners[gone] = nil
        }
    }
}

/// An object of the test kind as a table of its fields, named as Kubernetes names them in messages.
struct FlatThing {
    private(set) var values: [String: JSON] = [:]

    init(_ object: JSONObject) {
        let (metadata, spec) = (object["metadata"]?.object ?? [:], object["spec"]?.object ?? [:])
        map(object["data"], ".data")
        map(metadata["labels"], ".metadata.labels")
        for name in metadata["finalizers"]?.array ?? [] { values[".metadata.finalizers[=\(name)]"] = name }
        for name in ["replicas", "paused", "nodes", "selector"] { leaf(spec[name], ".spec.\(name)") }
        leaf(spec["strategy"]?["type"], ".spec.strategy.type")
        leaf(spec["strategy"]?["rollingUpdate"]?["maxSurge"], ".spec.strategy.rollingUpdate.maxSurge")
        for port in spec["ports"]?.array ?? [] {
            let path = ".spec.ports[port=\(port["port"] ?? 0),protocol=\(port["protocol"] ?? "TCP")]"
            element(port, path, ["name", "port", "protocol", "targetPort"])
        }
        for container in spec["containers"]?.array ?? [] {
            let path = ".spec.containers[name=\(container["name"] ?? "")]"
            element(container, path, ["name", "image", "args"])
            for variable in container["env"]?.array ?? [] {
                element(variable, "\(path).env[name=\(variable["name"] ?? "")]", ["name", "value"])
            }
        }
    }

    private mutating func leaf(_ value: JSON?, _ path: String) { values[path] = value }

    private mutating func map(_ value: JSON?, _ path: String) {
        for (name, text) in value?.object ?? [:] { values["\(path).\(name)"] = text }
    }

    private mutating func element(_ value: JSON, _ path: String, _ members: [String]) {
        // That it is there is a field of its own, the same for everybody.
        values[path] = true
        for name in members { leaf(value[name], "\(path).\(name)") }
    }
}
