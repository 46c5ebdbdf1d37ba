import ClawDocuments
import ClawModels

/// Asks mutating webhooks one after the other, each with what those before it have made of the object.
/// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/>
struct MutatingWebhooks: MutatingPlugin {
    let caller: WebhookCaller
    let registry: ResourceRegistry
    private let webhooks = InstalledWebhooks("mutatingwebhookconfigurations")

    init(caller: WebhookCaller, registry: ResourceRegistry) { (self.caller, self.registry) = (caller, registry) }

    func concerns(_ request: AdmissionRequest) -> Bool {
        webhooks.areThere(in: request.store) && WebhookScope.includes(request)
    }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        let webhooks = self.webhooks.all(in: request.store)
        guard !webhooks.isEmpty else { return }
        var asked: [(webhook: Webhook, type: ResourceType)] = []
        var lastChange: String?
        for webhook in webhooks {
            guard let type = try webhook.version(for: PolicyInput(object: object, request: request), registry) else { continue }
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
        let shown = try await request.call.resource.converted(object, to: type)
        guard let answer = try await caller.ask(webhook, shown, request, as: type, mayPatch: true) else { return false }
        answer.warnings.forEach(request.warn)
        guard answer.isAllowed else { throw WebhookScope.refusal(answer, webhook) }
        guard let patch = answer.patch else { return false }
        do {
            var changed = try await request.call.resource.converted(
                try JSONPatch(parsing: patch).apply(to: shown), to: request.type)
            if request.operation != .connect { Defaults.apply(to: &changed, request.type) }
            defer { object = changed }
            return changed != object
        } catch let error as PatchError {
            throw APIStatus.internalError(error.message)
        }
    }
}

/// Asks all validating webhooks at once; each must allow it.
struct ValidatingWebhooks: ValidatingPlugin {
    let caller: WebhookCaller
    let registry: ResourceRegistry
    private let webhooks = InstalledWebhooks("validatingwebhookconfigurations")

    init(caller: WebhookCaller, registry: ResourceRegistry) { (self.caller, self.registry) = (caller, registry) }

    func concerns(_ request: AdmissionRequest) -> Bool {
        webhooks.areThere(in: request.store) && WebhookScope.includes(request)
    }

    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws {
        let webhooks = self.webhooks.all(in: request.store)
        guard !webhooks.isEmpty else { return }
        let input = PolicyInput(object: object, request: request)
        let chosen = try webhooks.compactMap { webhook in
            try webhook.version(for: input, registry).map { (webhook, $0) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (webhook, type) in chosen {
                group.addTask {
                    let shown = try await request.call.resource.converted(object, to: type)
                    guard let answer = try await caller.ask(webhook, shown, request, as: type, mayPatch: false) else { return }
                    answer.warnings.forEach(request.warn)
                    guard answer.isAllowed else { throw WebhookScope.refusal(answer, webhook) }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// The webhooks of one kind of configuration, in the order in which they are asked: by the configuration's name, then as
/// written. Their conditions are compiled once.
private struct InstalledWebhooks: Sendable {
    private let collection: ObjectStore.Collection
    private let compiled = CompiledPolicies { Webhook.all(of: $0) }

    init(_ plural: String) { collection = .init(group: "admissionregistration.k8s.io", plural: plural) }

    func areThere(in store: ObjectStore) -> Bool { !store.isEmpty(collection) }

    func all(in store: ObjectStore) -> [Webhook] {
        store.list(collection, namespace: nil).objects.flatMap { compiled.policy($0) }
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
