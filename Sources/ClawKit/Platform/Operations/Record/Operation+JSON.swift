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
        if !findings.isEmpty { object["findings"] = .array(findings.map(\.stored)) }
        object.set("state", state.rawValue)
        object["steps"] = .array(steps.map(\.json))
        object["result"] = result
        object["error"] = error?.json
        object["cancellation"] = cancellation?.json
        if claim.number > 0 {
            var claim: JSONObject = ["number": .integer(Int64(self.claim.number))]
            claim.set("worker", self.claim.worker)
            object["claim"] = .object(claim)
        }
        object.set("predecessor", predecessor)
        object.set("createdAt", createdAt)
        object.set("updatedAt", updatedAt)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        var steps: [Step] = []
        for element in json["steps"]?.array ?? [] { steps.append(try Step(json: element)) }
        var findings: [Finding] = []
        for element in json["findings"]?.array ?? [] { findings.append(try Finding(stored: element)) }
        self.init(
            id: try document.string("id"), idempotencyKey: json["idempotencyKey"]?.string,
            actor: try document.string("actor"), target: try document.string("target"),
            action: try document.string("action"), parameters: json["parameters"], findings: findings,
            state: try document.word("state"), steps: steps, result: json["result"],
            error: try Failure(json: json["error"]), cancellation: try Cancellation(json: json["cancellation"]),
            claim: Claim(
                worker: json["claim"]?["worker"]?.string,
                number: json["claim"]?["number"]?.integer.map { Int($0) } ?? 0),
            predecessor: json["predecessor"]?.string, createdAt: try document.time("createdAt"),
            updatedAt: try document.time("updatedAt"))
    }
}

extension Operation.Failure {
    var json: JSON { ["code": .string(code.rawValue), "message": .string(message)] }

    fileprivate init?(json: JSON?) throws(Finding) {
        guard let json, !json.isNull else { return nil }
        let document = StoredDocument(json, of: Operation.kind)
        self.init(code: FindingCode(rawValue: try document.string("code")), message: try document.string("message"))
    }
}

extension Operation.Cancellation {
    fileprivate var json: JSON {
        var object = JSONObject()
        object.set("actor", actor)
        object.set("moment", moment)
        object.set("replacement", replacement)
        return .object(object)
    }

    fileprivate init?(json: JSON?) throws(Finding) {
        guard let json, !json.isNull else { return nil }
        let document = StoredDocument(json, of: Operation.kind)
        self.init(
            actor: try document.string("actor"), moment: try document.time("moment"),
            replacement: json["replacement"]?.string)
    }
}

extension Operation.Step {
    fileprivate var json: JSON {
        var object = JSONObject()
        object.set("name", name)
        if !isIdempotent { object["once"] = true }
        if isCompensated { object["compensated"] = true }
        object.set("state", state.rawValue)
        object.set("attempts", attempts)
        object.set("startedAt", startedAt)
        object.set("endedAt", endedAt)
        object["output"] = output
        object["progress"] = progress.map { .double($0) }
        object.set("message", message)
        if let undo {
            object["undo"] = ["state": .string(undo.state.rawValue), "attempts": .integer(Int64(undo.attempts))]
        }
        return .object(object)
    }

    fileprivate init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Operation.kind)
        var undo: Undo?
        if let value = json["undo"] {
            let document = StoredDocument(value, of: Operation.kind)
            undo = Undo(state: try document.word("state"), attempts: try document.integer("attempts"))
        }
        self.init(
            name: try document.string("name"), isIdempotent: json["once"]?.bool != true,
            isCompensated: json["compensated"]?.bool == true, state: try document.word("state"),
            attempts: try document.integer("attempts"), startedAt: try document.optionalTime("startedAt"),
            endedAt: try document.optionalTime("endedAt"), output: json["output"],
            progress: json["progress"]?.number, message: json["message"]?.string, undo: undo)
    }
}

extension Finding {
    /// `{code, message, field?}`
    var stored: JSON {
        var object: JSONObject = ["code": .string(code.rawValue), "message": .string(message)]
        object.set("field", field)
        return .object(object)
    }

    fileprivate init(stored json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Operation.kind)
        self.init(
            FindingCode(rawValue: try document.string("code")), try document.string("message"),
            field: json["field"]?.string)
    }
}
