import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("Asking whose a token is", .timeLimit(.minutes(5)))
struct TokenReviewerTests {
    private static func accepted(_ audiences: [String]) -> Response {
        let user: JSON = [
            "username": "system:serviceaccount:demo:bot", "uid": "u1", "groups": ["system:serviceaccounts"],
            "extra": [
                "authentication.kubernetes.io/pod-name": ["bot-0"], "authentication.kubernetes.io/pod-uid": ["p1"],
                "authentication.kubernetes.io/node-name": ["n1"], "authentication.kubernetes.io/node-uid": ["x1"],
            ],
        ]
        let status: JSON = [
            "authenticated": true, "audiences": .array(audiences.map(JSON.string)), "user": user,
        ]
        let answer: JSON = [
            "kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1", "spec": ["token": ""], "status": status,
        ]
        return Response(status: .created, body: .bytes(answer.bytes()))
    }

    @Test("the account, its pod and its node are told apart, and the audience is asked for")
    func holder() async throws {
        let transport = ScriptedTransport([Self.accepted(["models"])])
        let reviewer = TokenReviewer(KubernetesClient(transport), audiences: ["models"])
        guard case .accepted(let token) = try await reviewer.review(Secret("a-token")) else {
            Issue.record("the token was not accepted")
            return
        }
        #expect(token.serviceAccount?.namespace == "demo" && token.serviceAccount?.name == "bot")
        #expect(token.pod?.name == "bot-0" && token.pod?.uid == "p1" && token.node?.name == "n1")
        let sent = try JSONParser.parse(try await transport.requests[0].body.collect(limit: 1 << 16))
        #expect(sent["spec"] == ["token": "a-token", "audiences": ["models"]])
    }

    @Test("a server that names no audience that was asked for has not accepted the token for it")
    func unaware() async throws {
        let transport = ScriptedTransport([Self.accepted([]), Self.accepted(["other"])])
        let reviewer = TokenReviewer(KubernetesClient(transport), audiences: ["models"])
        for _ in 0..<2 {
            let verdict = try await reviewer.review(Secret("a-token"))
            #expect(verdict == .refused(reason: "the token is not for models"))
        }
    }

    @Test("what was accepted is remembered for moments; a refusal, and what was accepted too long ago, is asked again")
    func memory() async throws {
        let time = VirtualTime()
        let refused: JSON = [
            "kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1",
            "status": ["error": "invalid bearer token", "user": [:]],
        ]
        let transport = ScriptedTransport { request in
            let sent = try JSONParser.parse(try await request.body.collect(limit: 1 << 16))
            return sent["spec"]?["token"] == "good"
                ? Self.accepted(["models"]) : Response(status: .created, body: .bytes(refused.bytes()))
        }
        let reviewer = TokenReviewer(
            KubernetesClient(transport), audiences: ["models"], remembering: .seconds(10), time: time)
        for _ in 0..<3 { _ = try await reviewer.review(Secret("good")) }
        #expect(transport.requests.count == 1)
        for _ in 0..<2 {
            let verdict = try await reviewer.review(Secret("bad"))
            #expect(verdict == .refused(reason: "invalid bearer token"))
        }
        #expect(transport.requests.count == 3)
        time.advance(by: .seconds(11))
        _ = try await reviewer.review(Secret("good"))
        #expect(transport.requests.count == 4)
        reviewer.forget()
        _ = try await reviewer.review(Secret("good"))
        #expect(transport.requests.count == 5)
    }

    @Test("what is no token costs no question; more questions than allowed at once are refused; each has a deadline")
    func bounds() async throws {
        let time = VirtualTime()
        let transport = ScriptedTransport { _ in
            try await time.sleep(for: .seconds(3600))
            return Self.accepted(["models"])
        }
        let reviewer = TokenReviewer(
            KubernetesClient(transport), audiences: ["models"], mostAtOnce: 1, deadline: .seconds(5), time: time)
        for text in ["", String(repeating: "x", count: TokenReviewer.longestToken + 1)] {
            let verdict = try await reviewer.review(Secret(text))
            #expect(verdict == .refused(reason: "the token is empty or longer than 16384 bytes"))
        }
        #expect(transport.requests.isEmpty)
        let first = Task { try await reviewer.review(Secret("slow")) }
        let end = ContinuousClock.now + .seconds(60)
        while transport.requests.isEmpty, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(2)) }
        await #expect { try await reviewer.review(Secret("another")) } throws: { ($0 as? Finding)?.code == .busy }
        while ContinuousClock.now < end, time.sleeperCount < 2 { try await Task.sleep(for: .milliseconds(2)) }
        time.advance(by: .seconds(6))
        await #expect { try await first.value } throws: { ($0 as? Finding)?.code == .deadline }
    }

    @Test("against a cluster: a token for the audience is accepted with its pod, others are not, and none without the right")
    func cluster() async throws {
        let cluster = try await EmbeddedCluster()
        let api = cluster.client
        try await api.create(ServiceAccount(metadata: ObjectMeta(name: "bot", namespace: "default")))
        try await api.create(
            Pod(
                metadata: ObjectMeta(name: "web", namespace: "default"),
                spec: PodSpec(containers: [Container(name: "c", image: "i")], serviceAccountName: "bot")))
        let uid = try #require(try await api.get(Pod.self, "web", in: "default").uid)
        let reviewer = TokenReviewer(api, audiences: ["models"])
        let token = try await api.requestToken(
            forServiceAccount: "bot", in: "default", audiences: ["models"],
            boundTo: BoundObjectReference(apiVersion: "v1", kind: "Pod", name: "web")
        ).token
        guard case .accepted(let holder) = try await reviewer.review(token) else {
            Issue.record("the token was not accepted")
            return
        }
        #expect(holder.pod?.name == "web" && holder.pod?.uid == uid)
        let other = try await api.requestToken(forServiceAccount: "bot", in: "default").token
        guard case .refused(let reason) = try await reviewer.review(other) else {
            Issue.record("a token for the API server was accepted")
            return
        }
        #expect(reason.contains("is invalid for the target audiences"))

        // As the service account itself, which may not ask.
        let own = KubernetesClient(
            ScriptedTransport { request in
                var request = request
                request.headers[.authorization] = "Bearer \(other.reveal())"
                return await cluster.handler.respond(to: request)
            })
        await #expect { try await TokenReviewer(own, audiences: ["models"]).review(token) } throws: {
            ($0 as? KubernetesError)?.code == 403
        }
        try cluster.close()
    }
}
