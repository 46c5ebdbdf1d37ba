import ClawBase
import ClawDocuments
import ClawSchemas
import HTTPTypes

/// Questions about access: objects that are answered, not kept.
/// <https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access>
extension APIServer {
    /// Answers a review; nil where the resource is none.
    func review(_ call: ResourceCall) async throws -> Response? {
        let group = call.resource.type.group
        guard group == "authorization.k8s.io" || group == "authentication.k8s.io" else { return nil }
        var review = try await call.bodyObject()
        let warnings = try checkFields(&review, call)
        try admit(&review, old: nil, call)
        let status =
            switch call.resource.type.kind {
            case "SubjectAccessReview", "LocalSubjectAccessReview", "SelfSubjectAccessReview":
                try accessStatus(of: review, call)
            case "SelfSubjectRulesReview": try rulesStatus(of: review, call)
            case "TokenReview": try tokenStatus(of: review)
            default: selfStatus(call)
            }
        recordManager(&review, old: nil, call, subresource: nil, .update, at: time.now)
        if call.resource.type.kind == "SelfSubjectReview" {
            review.setMetadata(.managedFields, nil)
            review.setMetadata(.creationTimestamp, .string(time.now.rfc3339()))
        }
        review[.status] = .object(status)
        var response = try answer(call, review, status: .created)
        response.addWarnings(warnings)
        return response
    }

    private func accessStatus(of review: JSONObject, _ call: ResourceCall) throws -> JSONObject {
        let spec = review[.spec] ?? [:]
        let isSelf = call.resource.type.kind == "SelfSubjectAccessReview"
        try checkAccessReview(spec, review, isSelf: isSelf, call)
        var user = call.user
        if !isSelf {
            func strings(_ value: JSON?) -> [String] { value?.array?.compactMap(\.string) ?? [] }
            user = UserInfo(
                name: spec["user"]?.string ?? "", uid: spec["uid"]?.string ?? "", groups: strings(spec["groups"]))
            for member in spec["extra"]?.object ?? [:] { user.extra[member.name] = strings(member.value) }
        }
        let asked: RequestAttributes
        if let resource = spec["resourceAttributes"] {
            func text(_ name: String) -> String { resource[name]?.string ?? "" }
            asked = RequestAttributes(
                user: user, verb: text("verb"), namespace: text("namespace"),
                target: .resource(
                    group: text("group"), resource: text("resource"), subresource: text("subresource"),
                    name: text("name")))
        } else {
            asked = RequestAttributes(
                user: user, verb: spec["nonResourceAttributes"]?["verb"]?.string ?? "",
                target: .path(spec["nonResourceAttributes"]?["path"]?.string ?? ""))
        }
        let decision = authorizer.decide(asked)
        var status: JSONObject = ["allowed": .bool(decision.isAllowed)]
        if !decision.reason.isEmpty { status["reason"] = .string(decision.reason) }
        return status
    }

    private func checkAccessReview(_ spec: JSON, _ review: JSONObject, isSelf: Bool, _ call: ResourceCall) throws {
        var errors: [APIStatus.FieldError] = []
        switch (spec["resourceAttributes"], spec["nonResourceAttributes"]) {
        case (.some, .some(let path)):
            errors.append(
                .invalid(
                    "spec.nonResourceAttributes", path, "cannot be specified in combination with resourceAttributes"))
        case (nil, nil):
            errors.append(
                .invalid(
                    "spec.resourceAttributes", .null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"))
        default: break
        }
        if !isSelf, (spec["user"]?.string ?? "").isEmpty, (spec["groups"]?.array ?? []).isEmpty {
            errors.append(.invalid("spec.user", "", "at least one of user or group must be specified"))
        }
        if call.resource.type.kind == "LocalSubjectAccessReview" {
            let namespace = spec["resourceAttributes"]?["namespace"]?.string ?? ""
            if spec["resourceAttributes"] != nil, namespace != review.objectNamespace {
                errors.append(
                    .invalid("spec.resourceAttributes.namespace", .string(namespace), "must match metadata.namespace"))
            }
            if let path = spec["nonResourceAttributes"] {
                errors.append(.invalid("spec.nonResourceAttributes", path, "disallowed on this kind of request"))
            }
        }
        guard errors.isEmpty else {
            var status = APIStatus.invalid(kind: "", group: call.resource.type.group, name: "", errors)
            status.details?["kind"] = nil
            throw status
        }
    }

    private func rulesStatus(of review: JSONObject, _ call: ResourceCall) throws -> JSONObject {
        guard let namespace = review[.spec]?["namespace"]?.string, !namespace.isEmpty else {
            throw APIStatus.badRequest("no namespace on request")
        }
        let (rules, problem) = authorizer.rules(of: call.user, in: namespace)
        var status: JSONObject = [
            "resourceRules": .array(rules.filter { $0.paths.isEmpty }.map { .object($0.document) }),
            "nonResourceRules": .array(rules.filter { !$0.paths.isEmpty }.map { .object($0.document) }),
            "incomplete": .bool(problem != nil),
        ]
        if let problem { status["evaluationError"] = .string(problem) }
        return status
    }
}
