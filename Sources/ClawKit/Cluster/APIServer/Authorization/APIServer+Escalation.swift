import ClawDocuments
import HTTPTypes

/// Nobody grants what he does not have: who writes a role or a binding must hold all it grants, or the right to
/// `escalate` (roles) or `bind` (bindings).
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping>
extension APIServer {
    /// - Throws: 403 with what the writer lacks.
    func checkGrants(_ new: JSONObject, old: JSONObject?, _ call: ResourceCall) throws {
        guard !call.user.isSuperuser else { return }
        // Who applies what is not there yet must be let to create it.
        if old == nil, call.request.method != .post {
            try authorize(
                RequestAttributes(
                    user: call.user, verb: "create", namespace: call.target.namespace ?? "",
                    target: .resource(
                        group: call.target.group, resource: call.target.plural, subresource: "", name: call.name)))
        }
        guard call.resource.type.group == RoleIndex.group else { return }
        // The garbage collector must be able to let go of what it may not write.
        if let old, new.differsInDeletionOnly(from: old) { return }
        switch call.resource.type.plural {
        case "roles", "clusterroles": try checkRole(new, old: old, call)
        case "rolebindings", "clusterrolebindings": try checkBinding(new, call)
        default: break
        }
    }

    private func checkRole(_ new: JSONObject, old: JSONObject?, _ call: ResourceCall) throws {
        let escalates = RequestAttributes(
            user: call.user, verb: "escalate", namespace: call.namespace ?? "",
            target: .resource(
                group: RoleIndex.group, resource: call.resource.type.plural, subresource: "", name: call.name))
        if authorizer.decide(escalates).isAllowed { return }
        try require((new["rules"]?.array ?? []).map(AccessRule.init), for: new.objectName, call)
        guard new.hasAggregationRule || old?.hasAggregationRule == true else { return }
        // Who chooses what is gathered could gather anything.
        let everything = [
            AccessRule(groups: ["*"], resources: ["*"], verbs: ["*"]), AccessRule(paths: ["*"], verbs: ["*"]),
        ]
        guard lacking(everything, call).isEmpty else {
            throw APIStatus.forbidden(
                call.resource.subject, new.objectName,
                "must have cluster-admin privileges to use the aggregationRule")
        }
    }

    private func checkBinding(_ new: JSONObject, _ call: ResourceCall) throws {
        let (kind, name) = (new["roleRef"]?["kind"]?.string ?? "", new["roleRef"]?["name"]?.string ?? "")
        let namespace = call.namespace ?? ""
        let binds = RequestAttributes(
            user: call.user, verb: "bind", namespace: namespace,
            target: .resource(
                group: new["roleRef"]?["apiGroup"]?.string ?? "",
                resource: kind == "Role" ? "roles" : "clusterroles", subresource: "", name: name))
        if authorizer.decide(binds).isAllowed { return }
        let role = ObjectStore.Key(namespace: kind == "Role" ? namespace : "", name: name)
        guard let rules = authorizer.rules(ofRole: role) else { throw APIStatus.notFound(call.resource.subject, name) }
        try require(rules, for: new.objectName, call)
    }

    private func lacking(_ rules: [AccessRule], _ call: ResourceCall) -> [AccessRule] {
        let held = authorizer.rules(of: call.user, in: call.namespace ?? "").rules
        return AccessRule.missing(from: held, toGrant: rules)
    }

    private func require(_ rules: [AccessRule], for name: String, _ call: ResourceCall) throws {
        let lacking = lacking(rules, call)
        guard !lacking.isEmpty else { return }
        throw APIStatus.forbidden(
            call.resource.subject, name,
            "user \"\(call.user.name)\" (groups=\(quoted(call.user.groups))) is attempting to grant RBAC permissions "
                + "not currently held:\n\(AccessRule.describe(lacking))")
    }
}

extension JSONObject {
    fileprivate var hasAggregationRule: Bool {
        self["aggregationRule"]?["clusterRoleSelectors"]?.array?.isEmpty == false
    }

    /// Whether only owners and finalizers differ, and the account of fields with them.
    fileprivate func differsInDeletionOnly(from old: JSONObject) -> Bool {
        var copy = self
        for key: FieldKey in [.ownerReferences, .finalizers, .managedFields] {
            copy.setMetadata(key, old.metadataValue(key))
        }
        return copy == old
    }
}
