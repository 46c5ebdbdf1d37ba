import ClawDocuments
import ClawModels
import Testing

@Suite("resources")
struct ResourceTests {
    struct Runtime: Resource {
        static let type = ResourceType(group: "clawkit.dev", version: "v1alpha1", kind: "Runtime", shortNames: ["rt"])
        var document: JSONObject
    }

    @Test("types know their place in the API")
    func types() {
        #expect(Pod.type.apiVersion == "v1")
        #expect(Pod.type.qualifiedName == "pods")
        #expect(Deployment.type.apiVersion == "apps/v1")
        #expect(Deployment.type.qualifiedName == "deployments.apps")
        #expect(Deployment.type.shortNames == ["deploy"])
        #expect(Node.type.isNamespaced == false)
        #expect(KubernetesSecret.type.kind == "Secret")
        #expect(HorizontalPodAutoscaler.type.apiVersion == "autoscaling/v2")
        #expect(Event.type.apiVersion == "v1")
        #expect(EventsEvent.type.apiVersion == "events.k8s.io/v1")
    }

    @Test(
        "plurals of kinds written by hand are English",
        arguments: [
            ("Runtime", "runtimes"), ("Policy", "policies"), ("Gateway", "gateways"), ("Ingress", "ingresses"),
            ("Box", "boxes"),
            ("Patch", "patches"),
        ])
    func plurals(kind: String, plural: String) {
        #expect(ResourceType(group: "x", version: "v1", kind: kind).plural == plural)
    }

    @Test("a custom resource needs a type and a document only")
    func custom() {
        var runtime = Runtime(ObjectMeta(name: "ada", namespace: "demo"))
        runtime.labels["user"] = "ada"
        #expect(
            runtime.description
                == #"{"apiVersion":"clawkit.dev/v1alpha1","kind":"Runtime","metadata":{"name":"ada","#
                + #""namespace":"demo","labels":{"user":"ada"}}}"#)
        #expect(runtime.name == "ada")
        #expect(runtime.namespace == "demo")
        #expect(runtime.isBeingDeleted == false)
    }

    @Test("a controller's reference names its owner")
    func owners() {
        let owner = Runtime(ObjectMeta(name: "ada", uid: "u-1"))
        var pod = Pod(metadata: ObjectMeta(name: "ada-0"))
        #expect(!pod.metadata.isControlled(by: owner))
        pod.metadata.ownerReferences.append(OwnerReference(controlling: owner))
        #expect(pod.metadata.controllerReference?.kind == "Runtime")
        #expect(pod.metadata.controllerReference?.apiVersion == "clawkit.dev/v1alpha1")
        #expect(pod.metadata.isControlled(by: owner))
        #expect(!pod.metadata.isControlled(by: Runtime(ObjectMeta(name: "ada", uid: "u-2"))))
        #expect(!Pod().metadata.isControlled(by: Runtime(ObjectMeta(name: "none"))))
    }

    @Test("a list knows its version and its next page")
    func lists() throws {
        var list = ResourceList(items: [Pod(metadata: ObjectMeta(name: "a"))], metadata: ListMeta(resourceVersion: "7"))
        #expect(list.document["kind"] == "PodList")
        #expect(list.resourceVersion == "7")
        #expect(list.continueToken == nil)
        list.metadata.continue = "next"
        #expect(list.continueToken == "next")
        list.items = []
        #expect(list.document["items"] == [])
        #expect(
            ResourceList<Node>(items: []).description
                == #"{"apiVersion":"v1","kind":"NodeList","metadata":{},"items":[]}"#)
    }
}
