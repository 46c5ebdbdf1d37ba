import ClawBase
import ClawKubernetes
import HTTPTypes
import Testing

@Suite("Label selectors built in Swift")
struct LabelBuildingTests {
    @Test("swiftkube defects 8 and 9: the text says what was meant, the same every time")
    func text() throws {
        let query =
            LabelQuery.equal("app", "web") && .oneOf("tier", ["c", "a", "b"]) && .noneOf("zone", ["x", "y"])
            && .notEqual("env", "test") && .exists("team") && .absent("legacy")
        #expect(query.description == "app=web,tier in (a,b,c),zone notin (x,y),env!=test,team,!legacy")
        #expect(try LabelQuery(parsing: query.description) == query)
    }

    @Test("a value that is no label is refused before it can mean something else")
    func injection() async throws {
        let transport = ScriptedTransport([])
        let api = KubernetesClient(transport)
        await #expect(throws: Finding.self) { try await api.list(Pod.self, labels: ["user": "ada,admin!=x"]) }
        await #expect(throws: Finding.self) { try await api.list(Pod.self, matching: Selection(.exists("a b"))) }
        await #expect(throws: Finding.self) { try await api.list(Pod.self, matching: Selection(.oneOf("a", []))) }
        await #expect(throws: Finding.self) {
            for try await _ in api.watch(Pod.self, matching: Selection(.equal("a", "b)"))) {}
        }
        #expect(transport.requests.isEmpty)
    }

    @Test("a workload's selector becomes a query and matches as Kubernetes does")
    func selectors() throws {
        let selector = LabelSelector(
            matchExpressions: [
                LabelSelectorRequirement(key: "tier", operator: "In", values: ["a", "b"]),
                LabelSelectorRequirement(key: "legacy", operator: "DoesNotExist"),
            ], matchLabels: ["app": "web"])
        let query = try LabelQuery(selector)
        #expect(query.description == "app=web,tier in (a,b),!legacy")
        #expect(query.matches(["app": "web", "tier": "b"]))
        #expect(!query.matches(["app": "web", "tier": "c"]))
        #expect(!query.matches(["app": "web", "tier": "a", "legacy": ""]))
        #expect(try LabelQuery(LabelSelector()).matches(["any": "thing"]))
        #expect(try LabelSelector(query) == selector)
    }

    @Test("selectors that Kubernetes refuses are refused", arguments: [
        LabelSelectorRequirement(key: "a", operator: "In"),
        LabelSelectorRequirement(key: "a", operator: "Exists", values: ["b"]),
        LabelSelectorRequirement(key: "a", operator: "Near", values: ["b"]),
        LabelSelectorRequirement(key: "a b", operator: "Exists"),
    ])
    func badSelectors(_ requirement: LabelSelectorRequirement) {
        #expect(throws: Finding.self) { try LabelQuery(LabelSelector(matchExpressions: [requirement])) }
    }
}
