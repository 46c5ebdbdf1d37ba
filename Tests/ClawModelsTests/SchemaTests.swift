import ClawDocuments
import ClawModels
import Testing

@Suite("field tables")
struct SchemaTests {
    private func field(_ type: String, _ name: String) throws -> Schema.Field {
        let schema = try #require(SchemaTable.kubernetes[type])
        return try #require(schema[name])
    }

    @Test("a container's ports merge by port and protocol, in a patch by port")
    func ports() throws {
        let ports = try field("io.k8s.api.core.v1.Container", "ports")
        #expect(ports.list == .map(keys: ["containerPort", "protocol"]))
        #expect(ports.patchMergeKey == "containerPort")
        #expect(ports.mergesOnPatch)
        #expect(try field("io.k8s.api.core.v1.ContainerPort", "protocol").keyDefault == "TCP")
        #expect(try field("io.k8s.api.core.v1.Container", "args").list == .atomic)
        #expect(try field("io.k8s.api.core.v1.Container", "name").isRequired)
        #expect(
            try field("io.k8s.api.core.v1.Container", "imagePullPolicy").enumeration == [
                "Always", "IfNotPresent", "Never",
            ])
    }

    @Test("sets, replaced and retained fields, atomic and granular objects are marked")
    func marks() throws {
        let finalizers = try field("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "finalizers")
        #expect(finalizers.list == .set)
        #expect(finalizers.mergesOnPatch)
        #expect(finalizers.patchMergeKey == nil)
        #expect(try field("io.k8s.api.apps.v1.DeploymentSpec", "strategy").retainsKeys)
        #expect(try field("io.k8s.api.policy.v1.PodDisruptionBudgetSpec", "selector").replacesOnPatch)
        #expect(try field("io.k8s.api.core.v1.ServiceSpec", "selector").isAtomic == true)
        #expect(try field("io.k8s.api.core.v1.PersistentVolumeSpec", "claimRef").isAtomic == false)
        #expect(SchemaTable.kubernetes["io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"]?.isAtomic == true)
        #expect(SchemaTable.kubernetes["io.k8s.api.core.v1.PodSpec"]?.isAtomic == false)
    }

    @Test("unions say which member belongs to which value")
    func unions() {
        #expect(
            SchemaTable.kubernetes["io.k8s.api.core.v1.SeccompProfile"]?.unions == [
                Schema.Union(discriminator: "type", members: ["localhostProfile": "LocalhostProfile"])
            ])
        #expect(SchemaTable.kubernetes["io.k8s.api.core.v1.PodSchedulingGroup"]?.unions.first?.discriminator == nil)
    }

    @Test("an empty text may be among those allowed")
    func emptyEnumeration() throws {
        #expect(try field("io.k8s.api.core.v1.HostPathVolumeSource", "type").enumeration.contains(""))
    }

    @Test("whoever is referred to is in the table")
    func references() throws {
        func target(_ type: Schema.FieldType) -> String? {
            switch type {
            case .object(let name): name
            case .list(let element), .map(let element): target(element)
            default: nil
            }
        }
        for name in SchemaTable.kubernetes.names {
            for field in try #require(SchemaTable.kubernetes[name]).fields {
                if let target = target(field.type) {
                    #expect(SchemaTable.kubernetes[target] != nil, "\(name).\(field.name)")
                }
            }
        }
    }

    @Test("models name their table, and the table fits the model")
    func models() throws {
        let pod = Pod(
            metadata: ObjectMeta(name: "a"),
            spec: PodSpec(containers: [Container(name: "a", ports: [ContainerPort(containerPort: 80, name: "http")])]))
        let inspection = SchemaTable.kubernetes.inspect(pod.document, as: try #require(Pod.schemaName))
        #expect(inspection.mismatches.isEmpty)
        #expect(inspection.unknown.isEmpty)
        #expect(inspection.missing.isEmpty)
    }
}
