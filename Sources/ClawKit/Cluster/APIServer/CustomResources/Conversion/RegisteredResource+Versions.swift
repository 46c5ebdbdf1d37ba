import ClawDocuments
import ClawModels
import ClawSchemas

/// Objects between the version they are kept in and the one that is asked for. Built-in kinds have one form only.
extension RegisteredResource {
    /// The object as it goes into the store.
    func stored(_ object: JSONObject) async throws -> JSONObject {
        guard let custom else { return object }
        let version = "\(type.group)/\(custom.storage.version)"
        guard object.string(.apiVersion) != version else { return object }
        var converted = object
        if let webhook = custom.webhook {
            converted = try await webhook.convert(object, to: version)
        } else {
            converted[.apiVersion] = .string(version)
        }
        _ = custom.storage.schema.prune(&converted)
        return converted
    }

    /// An object out of the store as this resource's version shows it, with the defaults that were added since.
    func shown(_ object: JSONObject) async throws -> JSONObject {
        guard let custom else { return object }
        let object = custom.completed(object)
        guard object.string(.apiVersion) != type.apiVersion else { return object }
        guard let webhook = custom.webhook else { return custom.renamed(object, type.apiVersion) }
        return custom.pruned(try await webhook.convert(object, to: type.apiVersion))
    }

    /// Many objects: the webhook is asked once.
    func shown(_ objects: [JSONObject]) async throws -> [JSONObject] {
        guard let custom else { return objects }
        let objects = objects.map(custom.completed)
        let isForeign = objects.map { $0.string(.apiVersion) != type.apiVersion }
        guard isForeign.contains(true) else { return objects }
        guard let webhook = custom.webhook else {
            return zip(objects, isForeign).map { $1 ? custom.renamed($0, type.apiVersion) : $0 }
        }
        let converted = try await webhook.convert(objects, to: type.apiVersion)
        return zip(converted, isForeign).map { $1 ? custom.pruned($0) : $0 }
    }

    /// Whether a kept object is in another version than new ones are: writing it anew changes it, whatever it says.
    func isOutdated(_ object: JSONObject) -> Bool {
        guard let custom else { return false }
        return object.string(.apiVersion) != "\(type.group)/\(custom.storage.version)"
    }

    /// An object as another version of this resource has it, for those who want to see that.
    func converted(_ object: JSONObject, to other: ResourceType) async throws -> JSONObject {
        if let webhook = custom?.webhook { return try await webhook.convert(object, to: other.apiVersion) }
        var object = object
        object[.apiVersion] = .string(other.apiVersion)
        object[.kind] = .string(other.kind)
        return object
    }

    func converted(_ object: JSONObject?, to other: ResourceType) async throws -> JSONObject? {
        guard let object else { return nil }
        return try await converted(object, to: other) as JSONObject
    }
}

extension CustomResource {
    /// With what the stored version fills in.
    fileprivate func completed(_ object: JSONObject) -> JSONObject {
        guard storage.schema.fillsIn else { return object }
        var object = object
        storage.schema.fillDefaults(&object)
        return object
    }

    fileprivate func renamed(_ object: JSONObject, _ apiVersion: String) -> JSONObject {
        var object = object
        object[.apiVersion] = .string(apiVersion)
        return pruned(object)
    }

    fileprivate func pruned(_ object: JSONObject) -> JSONObject {
        var object = object
        _ = schema.prune(&object)
        return object
    }
}
