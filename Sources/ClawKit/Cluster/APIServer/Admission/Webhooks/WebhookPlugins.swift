import ClawDocuments
import ClawModels

/// Asks mutating webhooks one after the other, each with what those before it have made of the object.
/// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/>
struct MutatingWebhooks: AdmissionPlugin {
    let caller: WebhookCaller
    let registry: ResourceRegistry

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        guard WebhookScope.includes(request) else { return }
        let webhooks = Webhook.all("mutatingwebhookconfigurations", in: request.store)
        guard !webhooks.isEmpty else { return }
        var asked: [(webhook: Webhook, type: ResourceType)] = []
        var lastChange: String?
        for webhook in webhooks {
            guard let type = webhook.version(for: object, request, registry) else { continue }
            if try await ask(webhook, &object, request, as: type) { lastChange = webhook.identity }
            asked.append((webhook, type))
        }
        // Who wants to see what others changed after him is asked once more.
        guard let lastChange else { return }
        for (webhook, type) in asked {
            if webhook.identity == lastChange { break }
            if webhook.isReinvoked { _ = try await ask(webhook, &object, request, as: type) }
        }
    }

    /// Returns whether the object has changed.
    private func ask(
        _ webhook: Webhook, _ object: inout JSONObject, _ request: AdmissionRequest, as type: ResourceType
    ) async throws -> Bool {
        guard let answer = try await caller.ask(webhook, object, request, as: type, mayPatch: true) else { return false }
        answer.warnings.forEach(request.warn)
        guard answer.isAllowed else { throw WebhookScope.refusal(answer, webhook) }
        guard let patch = answer.patch else { return false }
        do {
            var changed = try JSONPatch(parsing: patch).apply(to: object)
            Defaults.apply(to: &changed, request.type)
            defer { object = changed }
            return changed != object
        } catch {
            throw APIStatus.internalError(error.message)
        }
    }
}

/// Asks all validating webhooks at once; each must allow it.
struct ValidatingWebhooks: AdmissionPlugin {
    let caller: WebhookCaller
    let registry: ResourceRegistry

    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws {
        guard WebhookScope.includes(request) else { return }
        let webhooks = Webhook.all("validatingwebhookconfigurations", in: request.store)
        guard !webhooks.isEmpty else { return }
        let chosen = webhooks.compactMap { webhook in
            webhook.version(for: object, request, registry).map { (webhook, $0) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (webhook, type) in chosen {
                group.addTask {
                    guard let answer = try await caller.ask(webhook, object, request, as: type, mayPatch: false) else { return }
                    answer.warnings.forEach(request.warn)
                    guard answer.isAllowed else { throw WebhookScope.refusal(answer, webhook) }
                }
            }
            try await group.waitForAll()
        }
    }
}

private enum WebhookScope {
    /// What configures admission is not subject to it: a webhook could not be repaired otherwise.
    static func includes(_ request: AdmissionRequest) -> Bool {
        request.type.group != "admissionregistration.k8s.io"
            || !["mutatingwebhookconfigurations", "validatingwebhookconfigurations", "validatingadmissionpolicies",
                "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"]
                .contains(request.type.plural)
    }

    static func refusal(_ answer: AdmissionReview.Answer, _ webhook: Webhook) -> APIStatus {
        let denied = "admission webhook \"\(webhook.name)\" denied the request"
        let (message, reason) = (answer.status.string("message") ?? "", answer.status.string("reason") ?? "")
        let why = message.isEmpty ? reason : message
        return APIStatus(
            code: max(400, Int(answer.status["code"]?.integer ?? 400)), reason: reason,
            message: why.isEmpty ? "\(denied) without explanation" : "\(denied): \(why)",
            details: answer.status["details"]?.object)
    }
}
