import ClawBase
import ClawKubernetes
import Testing

private func deployment(_ available: Int, generation: Int = 1, observed: Int = 1) -> JSON {
    [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": ["name": "web", "namespace": "demo", "generation": .integer(Int64(generation))],
        "spec": ["replicas": 3],
        "status": [
            "observedGeneration": .integer(Int64(observed)), "replicas": 3, "updatedReplicas": 3,
            "availableReplicas": .integer(Int64(available)),
        ],
    ]
}

private func event(_ type: String, _ object: JSON) -> [UInt8] {
    (["type": .string(type), "object": object] as JSON).bytes() + [UInt8(ascii: "\n")]
}

private func listed(_ items: JSON...) -> Response {
    .json(["metadata": ["resourceVersion": "1"], "items": .array(items)])
}

@Suite("Waiting for an object")
struct WaitTests {
    @Test("watches that one object until it is ready")
    func ready() async throws {
        let transport = ScriptedTransport([
            listed(deployment(1)), .stream([event("MODIFIED", deployment(2)), event("MODIFIED", deployment(3))], then: .silent),
        ])
        let found = try await KubernetesClient(transport).wait(
            for: Deployment.self, "web", in: "demo", until: .ready, deadline: .seconds(60))
        #expect(found?.status?.availableReplicas == 3)
        #expect(transport.requests.allSatisfy { $0.query["fieldSelector"] == "metadata.name=web" })
    }

    @Test("at the deadline it says how the object was last seen")
    func deadline() async throws {
        let transport = ScriptedTransport([listed(deployment(2)), .stream([], then: .silent)])
        let time = VirtualTime()
        let api = KubernetesClient(transport)
        async let outcome = Result {
            try await api.wait(
                for: Deployment.self, "web", in: "demo", until: .ready, deadline: .seconds(60), time: time)
        }
        try await eventually("the watch") { transport.requests.count == 2 && time.sleeperCount == 1 }
        time.advance(by: .seconds(60))
        let result = await outcome
        let error = try #require(throws: Finding.self) { try result.get() }
        #expect(error.code == .deadline)
        #expect(error.message == "Deployment demo/web is not ready after 60.0 s: 2 of 3 replicas are available.")
    }

    @Test("deleted is met by absence, at once or later")
    func deleted() async throws {
        let api = KubernetesClient(ScriptedTransport([
            listed(), listed(deployment(3)), .stream([event("DELETED", deployment(3))], then: .silent),
        ]))
        for _ in 0..<2 {
            let left = try await api.wait(
                for: Deployment.self, "web", in: "demo", until: .deleted, deadline: .seconds(60))
            #expect(left == nil)
        }
    }

    @Test("a job that has failed ends the wait for its completion")
    func vain() async throws {
        let job: JSON = [
            "metadata": ["name": "j"],
            "status": ["conditions": [["type": "Failed", "status": "True", "message": "too many retries"]]],
        ]
        let api = KubernetesClient(ScriptedTransport([listed(job)]))
        let error = try await #require(throws: Finding.self) {
            try await api.wait(for: Job.self, "j", in: "demo", until: .completed, deadline: .seconds(60))
        }
        #expect(error.code == .waitIsVain && error.message.contains("too many retries"))
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous closure returns or throws.
    init(_ body: @Sendable () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

@Suite("Conditions of objects")
struct ObjectConditionTests {
    private func pod(_ status: JSON) -> Pod { Pod(document: ["metadata": ["name": "a"], "status": status]) }

    @Test("combine with and, or, not")
    func combined() {
        let ready = pod(["conditions": [["type": "Ready", "status": "True"], ["type": "Degraded", "status": "False"]]])
        let (isReady, degraded) = (ObjectCondition<Pod>.condition("Ready"), ObjectCondition<Pod>.condition("Degraded"))
        #expect((isReady && !degraded).judge(ready) == .met)
        #expect((degraded || isReady).judge(ready) == .met)
        #expect((isReady && degraded).judge(ready) == .unmet("Degraded is False"))
        #expect((!isReady).judge(ready) == .unmet("it is Ready"))
        #expect((!isReady).judge(nil) == .met)
        #expect((isReady && !degraded).name == "Ready and not Degraded")
        #expect(ObjectCondition<Pod>("young") { $0.metadata.created == nil }.judge(ready) == .met)
    }

    @Test("say what is missing", arguments: [
        (deployment(3), ObjectCondition<Deployment>.Verdict.met),
        (deployment(3, generation: 2), .unmet("its controller has not seen generation 2 yet")),
        (deployment(1), .unmet("1 of 3 replicas are available")),
    ])
    func deployments(_ document: JSON, _ verdict: ObjectCondition<Deployment>.Verdict) {
        #expect(ObjectCondition<Deployment>.ready.judge(Deployment(document: document.object ?? [:])) == verdict)
    }

    @Test("know each kind's own signs of being ready")
    func kinds() {
        #expect(ObjectCondition<Pod>.ready.judge(pod(["phase": "Failed"])) == .impossible("the pod has ended (Failed)"))
        #expect(ObjectCondition<Pod>.completed.judge(pod(["phase": "Succeeded"])) == .met)
        let claim = PersistentVolumeClaim(document: ["status": ["phase": "Bound"]])
        #expect(ObjectCondition<PersistentVolumeClaim>.ready.judge(claim) == .met)
        let definition = CustomResourceDefinition(
            document: ["status": ["conditions": [["type": "Established", "status": "True"]]]])
        #expect(ObjectCondition<CustomResourceDefinition>.ready.judge(definition) == .met)
        let daemons = DaemonSet(
            document: ["status": ["desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1]])
        #expect(ObjectCondition<DaemonSet>.ready.judge(daemons) == .unmet("1 of 2 pods are available"))
        let set = StatefulSet(
            document: [
                "spec": ["replicas": 2, "updateStrategy": ["rollingUpdate": ["partition": 1]]],
                "status": ["readyReplicas": 2, "updateRevision": "b", "currentRevision": "a", "updatedReplicas": 1],
            ])
        #expect(ObjectCondition<StatefulSet>.ready.judge(set) == .met)
        let job = Job(document: ["spec": ["completions": 4], "status": ["succeeded": 1]])
        #expect(ObjectCondition<Job>.ready.judge(job) == .unmet("1 of 4 pods have succeeded"))
    }

    @Test("deleted of an identity is met when another object has taken the name")
    func identity() {
        let other = Pod(metadata: ObjectMeta(name: "a", uid: "2"))
        #expect(ObjectCondition<Pod>.deleted(uid: "1").judge(other) == .met)
        #expect(ObjectCondition<Pod>.deleted.judge(other) == .unmet("its deletion has not been asked for"))
    }
}
