import ClawApps
import ClawCluster
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("The Rollout's definition")
struct RolloutDefinitionTests {
    @Test("is one that Kubernetes accepts")
    func accepted() throws { try Rollout.checkDefinition() }

    @Test("has the published columns, in their order")
    func columns() {
        #expect(
            Rollout.columns.map(\.name) == [
                "Image", "ImageTag", "Replicas", "Deployment Status", "Service Status", "Ingress Status",
                "Volume Status",
                "Service Account", "Rollout Strategy", "Creation Timestamp", "Age",
            ])
    }

    /// Every field of the published definition, with its type, as paths.
    static let published = """
        spec.args[]:string spec.command[]:string spec.rolloutStrategy:string spec.serviceAccountName:string
        spec.image.registry:string spec.image.repository:string spec.image.tag:string spec.image.username:string
        spec.image.password:string spec.securityContext.fsGroup:integer spec.securityContext.runAsUser:integer
        spec.securityContext.runAsGroup:integer spec.securityContext.allowPrivilegeEscalation:boolean
        spec.securityContext.runAsNonRoot:boolean spec.securityContext.readOnlyRootFilesystem:boolean
        spec.securityContext.privileged:boolean spec.securityContext.capabilities.add[]:string
        spec.securityContext.capabilities.drop[]:string spec.horizontalScale.minReplicas:integer
        spec.horizontalScale.maxReplicas:integer spec.horizontalScale.targetCPUUtilizationPercentage:integer
        spec.resources.requests.cpu:string spec.resources.requests.memory:string spec.resources.limits.cpu:string
        spec.resources.limits.memory:string spec.env[].name:string spec.env[].value:string
        spec.secrets[].name:string spec.secrets[].value:string spec.volumes[].name:string
        spec.volumes[].mountPath:string spec.volumes[].size:string spec.volumes[].storageClass:string
        spec.interfaces[].name:string spec.interfaces[].port:integer spec.interfaces[].ingress.ingressClass:string
        spec.interfaces[].ingress.rules[].host:string spec.interfaces[].ingress.rules[].path:string
        spec.interfaces[].ingress.rules[].tls:boolean spec.interfaces[].ingress.rules[].tlsSecretName:string
        spec.cronjobs[].name:string spec.cronjobs[].suspend:boolean spec.cronjobs[].image.registry:string
        spec.cronjobs[].image.repository:string spec.cronjobs[].image.tag:string spec.cronjobs[].image.username:string
        spec.cronjobs[].image.password:string spec.cronjobs[].schedule:string spec.cronjobs[].command[]:string
        spec.cronjobs[].args[]:string spec.cronjobs[].maxRetries:integer spec.cronjobs[].backoffLimit:integer
        spec.cronjobs[].env[].name:string spec.cronjobs[].env[].value:string
        spec.cronjobs[].resources.requests.cpu:string spec.cronjobs[].resources.limits.memory:string
        spec.tolerations[].key:string spec.tolerations[].operator:string spec.tolerations[].value:string
        spec.tolerations[].effect:string spec.tolerations[].tolerationSeconds:integer spec.hostAliases[].ip:string
        spec.hostAliases[].hostnames[]:string status.deployment.replicas:integer status.deployment.podNames[]:string
        status.deployment.resources.requestSum.cpu:string status.deployment.resources.limitSum.memory:string
        status.deployment.status:string status.services[].name:string status.services[].ports[]:integer
        status.services[].status:string status.ingresses[].name:string status.ingresses[].hosts[]:string
        status.ingresses[].status:string status.volumes[].name:string status.volumes[].status:string
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    @Test("has every published field, with its type and no limit of its own", arguments: published)
    func field(_ published: String) throws {
        let parts = published.split(separator: ":")
        let version = try #require(Rollout.definition.document[.spec]?["versions"]?[0])
        var schema = try #require(version.value(at: ["schema", "openAPIV3Schema"]))
        for step in parts[0].split(separator: ".") {
            let name = String(step.replacing("[]", with: ""))
            schema = try #require(schema["properties"]?[name])
            if step.hasSuffix("[]") { schema = try #require(schema["items"]) }
        }
        #expect(schema["type"]?.string == String(parts[1]))
        for limit in ["pattern", "enum", "minimum", "maximum", "maxLength", "minLength", "x-kubernetes-validations"] {
            #expect(schema[limit] == nil)
        }
    }

    @Test("requires what the published one requires, and no more")
    func required() throws {
        let version = try #require(Rollout.definition.document[.spec]?["versions"]?[0])
        let root = try #require(version.value(at: ["schema", "openAPIV3Schema"]))
        func required(_ path: String) -> Set<String> {
            let schema = root.value(at: path.split(separator: "/"))
            return Set(schema?["required"]?.array?.compactMap(\.string) ?? [])
        }
        #expect(required("").isEmpty)
        #expect(
            required("properties/spec") == ["horizontalScale", "image", "resources", "serviceAccountName"])
        #expect(required("properties/spec/properties/securityContext").isEmpty)
        #expect(required("properties/spec/properties/volumes/items") == ["mountPath", "name", "size"])
        #expect(required("properties/spec/properties/interfaces/items") == ["name", "port"])
        #expect(
            required("properties/spec/properties/interfaces/items/properties/ingress") == ["ingressClass", "rules"])
        #expect(
            required("properties/spec/properties/cronjobs/items") == [
                "image", "name", "resources", "schedule", "suspend",
            ])
        #expect(required("properties/status") == ["deployment"])
        #expect(required("properties/status/properties/services/items") == ["name", "ports", "status"])
    }

    @Test("One-Click's manifests are accepted unchanged, here and by a cluster", arguments: Manifests.all.keys.sorted())
    func manifests(name: String) async throws {
        let rollout = try Manifests.rollout(try #require(Manifests.all[name]))
        try rollout.validate()
        #expect(RolloutKind().admit(rollout) == [])
        try await EmbeddedCluster.withCluster { cluster in
            try await Rollout.install(in: cluster.client)
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "p1")))
            var sent = rollout
            (sent.metadata.uid, sent.metadata.generation) = (nil, nil)
            let kept = try await cluster.client.create(sent)
            #expect(kept.spec == rollout.spec)
        }
    }

    @Test("a malformed quantity is stored: it is a finding, not a refusal")
    func malformed() throws {
        let rollout = Manifests.small {
            $0.resources = .init(requests: .init(cpu: "lots", memory: ""), limits: .init(cpu: "1", memory: "1"))
        }
        try rollout.validate()
    }
}
