import ClawDialects
import ClawDocuments
import ClawLedger

extension ModelGateway {
    /// The request as the guardrails leave it.
    /// - Throws: ``GatewayRefusal`` where one of them refuses it; ``ModelError`` where what they leave is no request.
    func guarded(_ asked: ClientRequest, _ grant: ModelGrant) throws -> ClientRequest {
        let rules = guardrails.concerned(with: asked.model, of: grant.subject)
        if rules.isEmpty { return asked }
        guard let document = try inspected(asked.document, asked.model, asked.bytes.count, rules, grant) else { return asked }
        return try ClientRequest(asked.dialect, JSON.object(document).bytes(), limits: limits)
    }

    /// The same for a request of another kind.
    func guarded(_ bytes: [UInt8], _ grant: ModelGrant) throws(GatewayRefusal) -> [UInt8] {
        // What cannot be read is refused by who reads it.
        guard !guardrails.isEmpty, let document = try? JSONParser.parse(bytes).object else { return bytes }
        let model = document["model"]?.string ?? ""
        let rules = guardrails.concerned(with: model, of: grant.subject)
        if rules.isEmpty { return bytes }
        let changed = try inspected(document, model, bytes.count, rules, grant)
        return changed.map { JSON.object($0).bytes() } ?? bytes
    }

    /// nil: nothing was changed.
    private func inspected(
        _ document: JSONObject, _ model: String, _ size: Int, _ rules: [any Guardrail], _ grant: ModelGrant
    ) throws(GatewayRefusal) -> JSONObject? {
        var subject = grant.subject
        subject.key = grant.id
        var request = GuardedRequest(model: model, subject: subject, size: size, document: document)
        for rule in rules {
            do throws(GuardrailRefusal) { try rule.inspect(&request) } catch {
                throw GatewayRefusal(
                    .guardrail, ModelError(.invalidRequest, error.message, code: "guardrail_refused", type: rule.name))
            }
        }
        return request.isChanged ? request.document : nil
    }
}
