public import ClawBase
public import ClawDocuments

/// The form in the store.
extension Operation {
    public var json: JSON {
        var object = JSONObject()
        object.set("id", id)
        object.set("idempotencyKey", idempotencyKey)
        object.set("actor", actor)
        object.set("target", target)
        object.set("action", action)
        object["parameters"] = parameters
        object.set("state", state.rawValue)
        object["steps"] = .array(steps.map(\.json))
        object["result"] = result
        if let error { object["error"] = ["code": .string(error.code.rawValue), "message": .string(error.message)] }
        object.set("createdAt", createdAt)
        object.set("updatedAt", updatedAt)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        var steps: [Step] = []
        for element in json["steps"]?.array ?? [] { steps.append(try Step(json: element)) }
        var error: Failure?
        if let value = json["error"] {
            let document = StoredDocument(value, of: Self.kind)
            error = Failure(
                code: FindingCode(rawValue: try document.string("code")), message: try document.string("message"))
        }
        self.init(
            id: try document.string("id"), idempotencyKey: json["idempotencyKey"]?.string,
            actor: try document.string("actor"), target: try document.string("target"),
            action: try document.string("action"), parameters: json["parameters"], state: try document.word("state"),
            steps: steps, result: json["result"], error: error, createdAt: try document.time("createdAt"),
            updatedAt: try document.time("updatedAt"))
    }
}

extension Operation.Step {
    var json: JSON {
        var object = JSONObject()
        object.set("name", name)
        object.set("state", state.rawValue)
        object.set("attempts", attempts)
        object.set("startedAt", startedAt)
        object.set("endedAt", endedAt)
        object.set("message", message)
        return .object(object)
    }

    init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Operation.kind)
        self.init(
            name: try document.string("name"), state: try document.word("state"),
            attempts: try document.integer("attempts"), startedAt: try document.optionalTime("startedAt"),
            endedAt: try document.optionalTime("endedAt"), message: json["message"]?.string)
    }
}
