import ClawDocuments
import ClawModels
import Testing

private func pod(_ text: String) throws -> Pod {
    let value = try JSONParser.parse(Array(text.utf8))
    return Pod(document: try #require(value.object))
}

@Suite("editing objects through their types")
struct ModelEditingTests {
    @Test("a nested field is set in place")
    func nested() {
        var pod = Pod(
            metadata: ObjectMeta(name: "web", namespace: "demo"),
            spec: PodSpec(containers: [Container(name: "a", image: "a:1"), Container(name: "b")]))
        pod.spec?.containers[0].image = "a:2"
        pod.metadata.labels["app"] = "web"
        #expect(
            pod.description
                == #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"demo","labels":"#
                + #"{"app":"web"}},"spec":{"containers":[{"name":"a","image":"a:2"},{"name":"b"}]}}"#)
    }

    @Test("what the type does not know survives an edit, in its place")
    func unknownFields() throws {
        let text =
            #"{"kind":"Pod","apiVersion":"v1","future":{"x":[1]},"spec":{"containers":[{"name":"a","new":true,"#
            + #""image":"a:1","ports":[{"containerPort":80,"extra":null}]}],"brandNew":1.5},"#
            + #""metadata":{"name":"web","annotations":{"z":"1","a":"2"}}}"#
        var pod = try pod(text)
        pod.spec?.containers[0].image = "a:2"
        pod.spec?.containers[0].ports[0].protocol = "TCP"
        pod.metadata.labels = ["l": "1"]
        pod.metadata.labels = [:]
        let expected =
            #"{"kind":"Pod","apiVersion":"v1","future":{"x":[1]},"spec":{"containers":[{"name":"a","new":true,"#
            + #""image":"a:2","ports":[{"containerPort":80,"extra":null,"protocol":"TCP"}]}],"brandNew":1.5},"#
            + #""metadata":{"name":"web","annotations":{"z":"1","a":"2"}}}"#
        #expect(pod.description == expected)
    }

    @Test("absent stays absent: reading writes nothing, nil and empty remove")
    func absence() throws {
        let text = #"{"metadata":{"name":"web"},"spec":{"containers":[]}}"#
        var pod = try pod(text)
        _ = (pod.metadata.labels, pod.spec?.volumes, pod.status, pod.spec?.terminationGracePeriodSeconds)
        pod.spec?.volumes = []
        pod.spec?.nodeSelector = [:]
        pod.spec?.hostNetwork = nil
        pod.metadata.annotations["a"] = "1"
        pod.metadata.annotations["a"] = nil
        pod.status = nil
        #expect(pod.description == text)
    }

    @Test("an initializer writes what it was given and what is required, nothing else")
    func initializers() {
        #expect(Pod().description == #"{"apiVersion":"v1","kind":"Pod"}"#)
        #expect(PodSpec(containers: []).description == #"{"containers":[]}"#)
        #expect(Container(name: "").description == #"{"name":""}"#)
        #expect(
            Deployment(
                metadata: ObjectMeta(name: "web"),
                spec: DeploymentSpec(
                    selector: LabelSelector(matchLabels: ["app": "web"]),
                    template: PodTemplateSpec(spec: PodSpec(containers: [Container(name: "a")])))
            ).description
                == #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"selector":{"#
                + #""matchLabels":{"app":"web"}},"template":{"spec":{"containers":[{"name":"a"}]}}}}"#)
        #expect(PolicyRule(verbs: []).description == #"{"verbs":[]}"#)
        #expect(Role(metadata: ObjectMeta(name: "r")).rules == [])
    }

    @Test("required values that are absent read as empty")
    func requiredAbsent() throws {
        #expect(Container(document: [:]).name == "")
        #expect(ContainerPort(document: [:]).containerPort == 0)
        #expect(ContainerStatus(document: [:]).ready == false)
        #expect(HTTPGetAction(document: [:]).port == 0)
        #expect(DeploymentSpec(document: [:]).template.spec == nil)
        #expect(TokenReview(document: [:]).spec.token == "")
        #expect(try pod("{}").metadata.name == nil)
    }

    @Test("a value of another type than the model's reads as absent")
    func wrongTypes() throws {
        let pod = try pod(
            #"{"metadata":[],"spec":{"containers":{"a":1},"hostNetwork":"yes","priority":"high","#
                + #""nodeSelector":{"a":1,"b":"x"}}}"#
        )
        #expect(pod.metadata.name == nil)
        #expect(pod.spec?.containers == [])
        #expect(pod.spec?.hostNetwork == nil)
        #expect(pod.spec?.priority == nil)
        #expect(pod.spec?.nodeSelector == ["b": "x"])
    }

    @Test("quantities, ports, maps of lists and any values have their types")
    func types() {
        var resources = ResourceRequirements(limits: ["memory": "2Gi", "cpu": "500m"])
        resources.requests["cpu"] = "100m"
        #expect(resources.limits["memory"]?.units == 2 << 30)
        #expect(resources.description == #"{"limits":{"cpu":"500m","memory":"2Gi"},"requests":{"cpu":"100m"}}"#)
        #expect(HTTPGetAction(port: "http").description == #"{"port":"http"}"#)
        #expect(ServicePort(port: 80, targetPort: 8080).targetPort == .int(8080))
        #expect(UserInfo(extra: ["scopes": ["a", "b"]]).description == #"{"extra":{"scopes":["a","b"]}}"#)
        #expect(JSONSchemaProps(default: ["a": nil]).default == ["a": .null])
        #expect(CounterSet(name: "c", counters: [:]).description == #"{"name":"c","counters":{}}"#)
    }

    @Test("custom resource schemas nest")
    func schemas() {
        var schema = JSONSchemaProps(type: "object", properties: ["spec": JSONSchemaProps(type: "object")])
        schema.properties["spec"]?.properties["size"] = JSONSchemaProps(type: "integer", minimum: 1)
        schema.xKubernetesPreserveUnknownFields = true
        schema.ref = "#/x"
        #expect(schema.properties["spec"]?.properties["size"]?.minimum == 1)
        #expect(schema.document["x-kubernetes-preserve-unknown-fields"] == true)
        #expect(schema.document["$ref"] == "#/x")
        schema.description = "text"
        let column = CustomResourceColumnDefinition(name: "Age", jsonPath: ".metadata.creationTimestamp", type: "date")
        let absent: String? = column.description
        #expect(schema.document["description"] == "text")
        #expect(absent == nil)
    }

    @Test("views are equal where their documents are, whatever the members' order")
    func equality() throws {
        let a = try pod(#"{"metadata":{"name":"a","uid":"1"},"kind":"Pod"}"#)
        let b = try pod(#"{"kind":"Pod","metadata":{"uid":"1","name":"a"}}"#)
        #expect(a == b)
        #expect(Set([a, b]).count == 1)
        var c = b
        c.metadata.name = "c"
        #expect(a != c)
        #expect(b.metadata.name == "a")
    }
}
