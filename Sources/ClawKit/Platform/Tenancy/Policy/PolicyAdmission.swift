import ClawKubernetes
import ClawModels
import ClawResources

/// The effective policies as admission policies of the cluster: what they forbid, nobody can ask its API for.
///
/// One policy per kind, the same for all projects; what holds in a namespace it reads from the ``EffectivePolicy``
/// objects there. <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/>
enum PolicyAdmission {
    static var policies: [ValidatingAdmissionPolicy] { kinds.map(\.policy) }
    static var bindings: [ValidatingAdmissionPolicyBinding] { kinds.map(\.binding) }

    static func isOurs(_ name: String) -> Bool { kinds.contains { $0.name == name } }

    private static let kinds = [pods, volumes, runtimes]

    private struct Kind: Sendable {
        let resource: String
        let group: String
        let operations: [String]
        /// The expression for whom the object is, beside the one who asks for it.
        let user: String
        var variables: [Variable] = []
        let validations: [Validation]

        var name: String { "\(resource).policy.clawkit.dev" }

        var policy: ValidatingAdmissionPolicy {
            let rule = NamedRuleWithOperations(
                apiGroups: [group], apiVersions: ["*"], operations: operations, resources: [resource])
            return ValidatingAdmissionPolicy(
                metadata: ObjectMeta(name: name),
                spec: ValidatingAdmissionPolicySpec(
                    failurePolicy: "Fail", matchConstraints: MatchResources(resourceRules: [rule]),
                    paramKind: ParamKind(apiVersion: EffectivePolicy.type.apiVersion, kind: EffectivePolicy.type.kind),
                    validations: validations,
                    variables: [
                        Variable(name: "rules", expression: "params.spec.rules"),
                        Variable(name: "user", expression: user),
                        // A user's policy binds what the user asks for, and what is made for the user.
                        Variable(
                            name: "binds",
                            expression: "!has(params.spec.user) || params.spec.user == variables.user || "
                                + "request.userInfo.username == 'clawkit:' + params.spec.user"),
                    ] + variables))
        }

        var binding: ValidatingAdmissionPolicyBinding {
            var reference = ParamRef(parameterNotFoundAction: "Allow")
            // An empty selector stands for all of the namespace; left out it would be invalid.
            reference.selector = LabelSelector()
            return ValidatingAdmissionPolicyBinding(
                metadata: ObjectMeta(name: name),
                spec: ValidatingAdmissionPolicyBindingSpec(
                    policyName: name, validationActions: ["Deny"], paramRef: reference))
        }
    }

    /// Holds where the rule is not stated, or does not bind here.
    private static func validation(
        _ rule: LayerRule, _ condition: String, _ message: String
    ) -> Validation {
        var path = "variables.rules"
        let stated = rule.path.map { name in
            defer { path += ".\(name)" }
            return "!has(\(path).\(name))"
        }
        return Validation(
            expression: (["!variables.binds"] + stated + ["(\(condition))"]).joined(separator: " || "),
            messageExpression: "'E_POLICY (\(rule.rawValue)): ' + \(message)", reason: "Forbidden")
    }

    private static let labelledUser =
        "has(object.metadata.labels) && '\(RuntimeCell.userLabel)' in object.metadata.labels ? object.metadata.labels['\(RuntimeCell.userLabel)'] : ''"

    // MARK: pods

    private static func images(_ list: String) -> String {
        "(has(object.spec.\(list)) ? object.spec.\(list).map(c, has(c.image) ? c.image : '') : [])"
    }

    private static let pods = Kind(
        resource: "pods", group: "", operations: ["CREATE", "UPDATE"], user: labelledUser,
        variables: [
            Variable(
                name: "images",
                expression: ["containers", "initContainers", "ephemeralContainers"].map(images)
                    .joined(separator: " + ")),
            // As ImageName says it in Swift.
            Variable(
                name: "qualified",
                expression: "variables.images.map(i, !i.contains('/') ? 'docker.io/library/' + i : "
                    + "i.split('/')[0].contains('.') || i.split('/')[0].contains(':') || "
                    + "i.split('/')[0] == 'localhost' ? i : 'docker.io/' + i)"),
            Variable(
                name: "containers",
                expression: "object.spec.containers + "
                    + "(has(object.spec.initContainers) ? object.spec.initContainers : [])"),
        ],
        validations: [
            validation(
                .registries,
                "variables.qualified.all(i, variables.rules.images.registries.exists(r, i.startsWith(r + '/') || "
                    + "(r.contains('/') && (i == r || i.startsWith(r + ':') || i.startsWith(r + '@')))))",
                "'images come from ' + variables.rules.images.registries.join(', ') + ' only; this pod has ' + "
                    + "variables.images.join(', ')"),
            validation(
                .digests,
                "variables.rules.images.digests != 'Required' || variables.images.all(i, i.contains('@sha256:'))",
                "'images must be named by their digest; this pod has ' + variables.images.join(', ')"),
            validation(
                .containerLimits,
                "variables.containers.all(c, variables.rules.containers.limits.all(r, has(c.resources) && "
                    + "has(c.resources.limits) && r in c.resources.limits && "
                    + "quantity(string(c.resources.limits[r])).compareTo("
                    + "quantity(string(variables.rules.containers.limits[r]))) <= 0))",
                "'every container needs limits, at most ' + variables.rules.containers.limits.map(r, r + '=' + "
                    + "string(variables.rules.containers.limits[r])).join(', ')"),
        ])

    // MARK: volumes and runtimes

    private static let volumes = Kind(
        resource: "persistentvolumeclaims", group: "", operations: ["CREATE", "UPDATE"], user: labelledUser,
        validations: [
            validation(
                .volumeSize,
                "!has(object.spec.resources) || !has(object.spec.resources.requests) || "
                    + "!('storage' in object.spec.resources.requests) || "
                    + "quantity(string(object.spec.resources.requests['storage'])).compareTo("
                    + "quantity(string(variables.rules.volumes.size))) <= 0",
                "'a volume has at most ' + string(variables.rules.volumes.size)")
        ])

    private static let runtimes = Kind(
        resource: "runtimes", group: ClawGroup.name, operations: ["CREATE", "UPDATE"],
        user: "object.spec.user",
        validations: [
            validation(
                .models,
                "!has(object.spec.models) || object.spec.models.all(m, variables.rules.models.names.exists(p, "
                    + "p.endsWith('*') ? m.startsWith(p.substring(0, size(p) - 1)) : m == p))",
                "'the models allowed are ' + variables.rules.models.names.join(', ')")
        ])
}
