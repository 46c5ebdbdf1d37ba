import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Validating admission policies")
struct AdmissionPolicyTests {
    private static func policy(_ spec: JSON) -> ValidatingAdmissionPolicy {
        var spec = spec
        if spec["matchConstraints"] == nil {
            spec["matchConstraints"] = [
                "resourceRules": [
                    [
                        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE", "DELETE"],
                        "resources": ["configmaps"],
                    ]
                ]
            ]
        }
        var policy = ValidatingAdmissionPolicy(ObjectMeta(name: "p"))
        policy.document["spec"] = spec
        return policy
    }

    private static func binding(_ more: JSONObject = [:], name: String = "b") -> ValidatingAdmissionPolicyBinding {
        var binding = ValidatingAdmissionPolicyBinding(ObjectMeta(name: name))
        var spec: JSONObject = ["policyName": "p", "validationActions": ["Deny"]]
        for (name, value) in more { spec[name] = value }
        binding.document["spec"] = .object(spec)
        return binding
    }

    private static func map(_ name: String, _ data: [String: String] = [:], labels: [String: String] = [:]) -> ConfigMap
    {
        var map = ConfigMap(metadata: ObjectMeta(name: name, namespace: "default"))
        map.metadata.labels = labels
        map.data = data
        return map
    }

    private func with(
        _ spec: JSON, _ bindings: ValidatingAdmissionPolicyBinding...,
        body: @escaping @Sendable (KubernetesClient) async throws -> Void
    ) async throws {
        try await withCluster(controllers: []) { cluster in
            _ = try await cluster.client.create(Self.policy(spec))
            for binding in bindings { _ = try await cluster.client.create(binding) }
            try await body(cluster.client)
        }
    }

    private func refusal(_ body: () async throws -> Void) async -> (code: Int, message: String)? {
        do {
            try await body()
            return nil
        } catch {
            guard let error = error as? KubernetesError else { return (0, "\(error)") }
            return (error.code, error.message)
        }
    }

    @Test("what a validation refuses is refused, in the policy's words and with its status")
    func denied() async throws {
        let spec: JSON = [
            "variables": [["name": "count", "expression": "has(object.data) ? size(object.data) : 0"]],
            "validations": [
                [
                    "expression": "variables.count < 2",
                    "messageExpression": "'%d are too many'.format([variables.count])",
                ],
                ["expression": "object.metadata.name != 'secret'", "reason": "Forbidden", "message": "not this one"],
            ],
        ]
        try await with(spec, Self.binding()) { api in
            _ = try await api.create(Self.map("fine", ["a": "1"]))
            let many = await refusal { _ = try await api.create(Self.map("m", ["a": "1", "b": "2"])) }
            #expect(many?.code == 422)
            #expect(
                many?.message
                    == "configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: 2 are too many"
            )
            #expect(await refusal { _ = try await api.create(Self.map("secret")) }?.code == 403)
        }
    }

    @Test("updates and deletions are told with what was there before")
    func operations() async throws {
        let spec: JSON = [
            "validations": [
                [
                    "expression": "request.operation != 'DELETE' || !('keep' in oldObject.metadata.labels)",
                    "message": "kept",
                ],
                [
                    "expression": "oldObject == null || object == null || object.data == oldObject.data",
                    "message": "fixed",
                ],
            ]
        ]
        try await with(spec, Self.binding()) { api in
            var map = try await api.create(Self.map("m", ["a": "1"], labels: ["keep": "yes"]))
            map.data = ["a": "2"]
            let changed = map
            #expect(await refusal { _ = try await api.replace(changed) }?.message.hasSuffix("fixed") ?? false)
            #expect(
                await refusal { try await api.delete(ConfigMap.self, "m", in: "default") }?.message.hasSuffix("kept")
                    ?? false)
        }
    }

    @Test("conditions and selectors choose whom a policy is for")
    func matching() async throws {
        let spec: JSON = [
            "matchConditions": [["name": "not-exempt", "expression": "!object.metadata.name.startsWith('exempt')"]],
            "validations": [["expression": "false", "message": "no"]],
        ]
        let binding = Self.binding([
            "matchResources": [
                "objectSelector": ["matchLabels": ["strict": "yes"]],
                "namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "default"]],
            ]
        ])
        try await with(spec, binding) { api in
            _ = try await api.create(Self.map("loose"))
            _ = try await api.create(Self.map("exempt", labels: ["strict": "yes"]))
            #expect(await refusal { _ = try await api.create(Self.map("strict", labels: ["strict": "yes"])) } != nil)
        }
    }

    @Test("objects configure a policy, by name or by label; where there is none, the binding says what happens")
    func parameters() async throws {
        let spec: JSON = [
            "paramKind": ["apiVersion": "v1", "kind": "ConfigMap"],
            "matchConstraints": [
                "resourceRules": [
                    ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["secrets"]]
                ]
            ],
            "validations": [
                ["expression": "object.metadata.name.size() <= int(params.data.longest)", "message": "too long"]
            ],
        ]
        let binding = Self.binding([
            "paramRef": [
                "selector": ["matchLabels": ["limits": "yes"]], "namespace": "default",
                "parameterNotFoundAction": "Deny",
            ]
        ])
        @Sendable func secret(_ name: String) -> KubernetesSecret {
            KubernetesSecret(metadata: ObjectMeta(name: name, namespace: "default"))
        }
        try await with(spec, binding) { api in
            #expect(
                await refusal { _ = try await api.create(secret("abc")) }?.message
                    == "secrets \"abc\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed to "
                    + "configure binding: no params found for policy binding with `Deny` parameterNotFoundAction")
            _ = try await api.create(Self.map("one", ["longest": "10"], labels: ["limits": "yes"]))
            _ = try await api.create(Self.map("two", ["longest": "3"], labels: ["limits": "yes"]))
            _ = try await api.create(secret("abc"))
            #expect(await refusal { _ = try await api.create(secret("abcd")) }?.message.hasSuffix("too long") ?? false)
        }
    }

    @Test("the authorizer is asked for the request's user and for others")
    func authorizer() async throws {
        let spec: JSON = [
            "validations": [
                // A check costs so much that one expression can make two.
                [
                    "expression": .string(
                        "authorizer.group('').resource('secrets').namespace('default').check('get').allowed() && "
                            + "authorizer.requestResource.check('create').allowed()")
                ],
                [
                    "expression": .string(
                        "!authorizer.serviceAccount('default', 'default').path('/metrics').check('get').allowed()")
                ],
            ]
        ]
        try await with(spec, Self.binding()) { api in _ = try await api.create(Self.map("m")) }
    }

    @Test(
        "what fails is refused, unless failures are to be ignored",
        arguments: [("Fail", 422), ("Ignore", nil)] as [(String, Int?)])
    func failures(policy: String, code: Int?) async throws {
        let spec: JSON = [
            "failurePolicy": .string(policy), "validations": [["expression": "object.data.missing == 'x'"]],
        ]
        try await with(spec, Self.binding()) { api in
            let refusal = await refusal { _ = try await api.create(Self.map("m", ["a": "1"])) }
            #expect(refusal?.code == code)
            if code != nil {
                #expect(
                    refusal?.message.hasSuffix(
                        "expression 'object.data.missing == 'x'' resulted in error: no such key: missing") ?? false)
            }
        }
    }

    @Test("expressions that do not fit the kind are told in the status")
    func typeChecking() async throws {
        try await withCluster(controllers: [.policyStatus]) { cluster in
            _ = try await cluster.client.create(
                Self.policy([
                    "validations": [
                        ["expression": "object.dta.size() > 0"], ["expression": "object.metadata.name != ''"],
                    ]
                ]))
            let policy = try await cluster.client.waitFor(ValidatingAdmissionPolicy.self, "p") {
                $0.document[.status]?["observedGeneration"] == 1
            }
            let warnings = policy.document[.status]?["typeChecking"]?["expressionWarnings"]?.array ?? []
            #expect(warnings.count == 1 && warnings[0]["fieldRef"] == "spec.validations[0].expression")
            #expect(
                warnings.first?["warning"]?.string
                    == "/v1, Kind=ConfigMap: ERROR: <input>:1:7: undefined field 'dta'\n | object.dta.size() > 0\n | ......^\n"
            )
        }
    }
}

@Suite("Mutating admission policies")
struct MutatingPolicyTests {
    private func with(
        _ mutations: JSON, _ more: JSONObject = [:], body: @escaping @Sendable (KubernetesClient) async throws -> Void
    ) async throws {
        var policy = MutatingAdmissionPolicy(ObjectMeta(name: "m"))
        var spec: JSONObject = [
            "matchConstraints": [
                "resourceRules": [
                    ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]]
                ]
            ],
            "reinvocationPolicy": "Never", "mutations": mutations,
        ]
        for (name, value) in more { spec[name] = value }
        policy.document["spec"] = .object(spec)
        var binding = MutatingAdmissionPolicyBinding(ObjectMeta(name: "b"))
        binding.document["spec"] = ["policyName": "m"]
        let (made, bound) = (policy, binding)
        try await withCluster(controllers: []) { cluster in
            _ = try await cluster.client.create(made)
            _ = try await cluster.client.create(bound)
            try await body(cluster.client)
        }
    }

    private func pod(_ name: String) -> Pod {
        Pod(
            metadata: ObjectMeta(name: name, namespace: "default"),
            spec: PodSpec(containers: [Container(name: "c", image: "i")]))
    }

    @Test("an apply configuration is merged by the kind's lists and maps")
    func apply() async throws {
        let mutations: JSON = [
            [
                "patchType": "ApplyConfiguration",
                "applyConfiguration": [
                    "expression": .string(
                        "Object{metadata: Object.metadata{labels: {'team': variables.team}}, spec: Object.spec{containers: "
                            + "[Object.spec.containers{name: 'side', image: 'proxy:' + object.metadata.name}]}}")
                ],
            ]
        ]
        try await with(mutations, ["variables": [["name": "team", "expression": "'red'"]]]) { api in
            let pod = try await api.create(pod("p"))
            #expect(pod.metadata.labels["team"] == "red")
            #expect(Set(pod.spec?.containers.map(\.name) ?? []) == ["c", "side"])
            #expect(pod.spec?.containers.first { $0.name == "side" }?.image == "proxy:p")
            // What was added has its defaults.
            #expect(pod.spec?.containers.allSatisfy { $0.terminationMessagePath == "/dev/termination-log" } ?? false)
        }
    }

    @Test("a JSON patch is made of operations")
    func patch() async throws {
        let mutations: JSON = [
            [
                "patchType": "JSONPatch",
                "jsonPatch": [
                    "expression": .string(
                        "[JSONPatch{op: 'add', path: '/metadata/annotations', value: {}}, JSONPatch{op: 'add', path: "
                            + "'/metadata/annotations/' + jsonpatch.escapeKey('a.b/c'), value: object.spec.containers.map(c, c.name)[0]}]"
                    )
                ],
            ]
        ]
        try await with(mutations) { api in
            let pod = try await api.create(pod("p"))
            #expect(pod.metadata.annotations["a.b/c"] == "c")
        }
    }

    @Test("what fails is refused")
    func failure() async throws {
        let mutations: JSON = [
            [
                "patchType": "ApplyConfiguration",
                "applyConfiguration": ["expression": "Object{spec: Object.metadata{name: 'x'}}"],
            ]
        ]
        try await with(mutations) { api in
            await #expect { try await api.create(pod("p")) } throws: { error in
                (error as? KubernetesError)?.message
                    == "policy 'm' with binding 'b' denied request: type mismatch: unexpected type name \"Object.metadata\", expected "
                    + "\"Object.spec\", which matches field name path from root Object type"
            }
        }
    }
}
