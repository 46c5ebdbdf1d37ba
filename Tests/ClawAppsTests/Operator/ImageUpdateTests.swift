import ClawApps
import ClawBase
import ClawCluster
import ClawKubernetes
import Testing

@Suite("Keeping images up to date", .timeLimit(.minutes(10)))
struct ImageUpdateTests {
    private func rollout(_ policy: String, tag: String = "1.0.0") -> Rollout {
        var rollout = Manifests.small { $0.image = .init(registry: "ghcr.io", repository: "acme/web", tag: tag) }
        rollout.annotations = [RolloutAnnotation.updatePolicy: policy, RolloutAnnotation.updateInterval: "5m"]
        return rollout
    }

    /// The registry stands in the cluster's time; a socket would not.
    private func run(
        _ registry: SmallRegistry, _ body: @escaping @Sendable (OperatedCluster) async throws -> Void
    ) async throws {
        try await OperatedCluster.run(
            registry: { RegistryClient(HandlerTransport(registry), time: ReferencedTime($0)) }, body)
    }

    @Test("a newer version runs within the interval; the spec stays as it is, and each image is a revision")
    func newer() async throws {
        let registry = SmallRegistry()
        for tag in ["1.0.0", "1.1.0", "latest", "2.0.0-rc1"] { registry.push("acme/web", tag) }
        let first = rollout("semver")
        try await run(registry) { world in
            try await world.create(first)
            #expect(try await world.until(.ready, "True Serving"))
            let isNewer = try await world.clock.advance(atMost: .minutes(6)) {
                try await world.image() == "ghcr.io/acme/web:1.1.0"
            }
            #expect(isNewer)
            registry.push("acme/web", "1.2.0")
            #expect(
                try await world.clock.advance(atMost: .minutes(6)) {
                    try await world.image() == "ghcr.io/acme/web:1.2.0"
                })
            #expect(try await world.until(.ready, "True Serving"))
            let kept = try await world.get()
            #expect(kept.spec.image.tag == "1.0.0")
            #expect(kept.generation == 1)
            #expect(try await RolloutKind.revisions(of: "web", in: "p1", world.client).count >= 2)
        }
    }

    @Test("while nothing new is there: questions by entity tag at the interval, and no write")
    func quiet() async throws {
        let registry = SmallRegistry()
        registry.push("acme/web", "1.0.0")
        let first = rollout("semver")
        try await run(registry) { world in
            try await world.create(first)
            #expect(try await world.until(.ready, "True Serving"))
            try await world.clock.advance(by: .minutes(10))
            registry.forgetCalls()
            let start = world.cluster.history.count
            try await world.clock.advance(by: .minutes(20))
            #expect((3...5).contains(registry.calls.count))
            #expect(registry.calls.allSatisfy { $0.status == 304 })
            #expect(world.writes(since: start, of: "rollouts", "deployments") == [])
        }
    }

    @Test("an image that does not come up gives way to the last good one, and the next one is tried")
    func broken() async throws {
        let registry = SmallRegistry()
        registry.push("acme/web", "20260101-100000")
        var wish = rollout("timestamp", tag: "20260101-100000")
        wish.annotations[RolloutAnnotation.progressDeadline] = "60s"
        let first = wish
        try await run(registry) { world in
            try await world.create(first)
            #expect(try await world.until(.ready, "True Serving"))
            registry.push("acme/web", "20260201-100000-broken")
            #expect(try await world.until(.degraded, "True ReturnedToLastGood"))
            #expect(
                try await world.clock.advance(atMost: .minutes(5)) {
                    try await world.image() == "ghcr.io/acme/web:20260101-100000"
                })
            registry.push("acme/web", "20260301-100000")
            #expect(
                try await world.clock.advance(atMost: .minutes(10)) {
                    try await world.image() == "ghcr.io/acme/web:20260301-100000"
                })
            #expect(try await world.until(.ready, "True Serving"))
        }
    }

    @Test("a tag that moves is followed by its digest")
    func latest() async throws {
        let registry = SmallRegistry()
        registry.push("acme/web", "latest", "one")
        let first = rollout("latest", tag: "latest")
        try await run(registry) { world in
            try await world.create(first)
            let digest = registry.digest("acme/web", "latest")
            #expect(
                try await world.clock.advance(atMost: .minutes(6)) {
                    try await world.image() == "ghcr.io/acme/web:latest@\(digest)"
                })
            registry.push("acme/web", "latest", "two")
            let later = registry.digest("acme/web", "latest")
            #expect(later != digest)
            #expect(
                try await world.clock.advance(atMost: .minutes(6)) {
                    try await world.image() == "ghcr.io/acme/web:latest@\(later)"
                })
        }
    }

    @Test("a registry that is down, or does not know the repository, changes nothing")
    func down() async throws {
        let registry = SmallRegistry()
        let first = rollout("semver")
        try await run(registry) { world in
            try await world.create(first)
            #expect(try await world.until(.ready, "True Serving"))
            registry.beBusy(for: 600)
            try await world.clock.advance(by: .minutes(30))
            #expect(try await world.image() == "ghcr.io/acme/web:1.0.0")
            #expect(try await world.until(.ready, "True Serving"))
            registry.beBusy(for: nil)
            registry.push("acme/web", "1.4.0")
            #expect(
                try await world.clock.advance(atMost: .minutes(20)) {
                    try await world.image() == "ghcr.io/acme/web:1.4.0"
                })
        }
    }

    @Test("rollouts of one repository ask it once per interval, together")
    func shared() async throws {
        let registry = SmallRegistry()
        registry.push("acme/web", "1.0.0")
        let first = rollout("semver")
        try await run(registry) { world in
            for name in ["a", "b", "c", "d"] {
                var one = first
                one.metadata.name = name
                try await world.create(one)
            }
            try await world.clock.advance(by: .minutes(6))
            registry.forgetCalls()
            try await world.clock.advance(by: .minutes(20))
            #expect(registry.calls.count <= 6)
        }
    }

    @Test("rolled back, or with the policy gone, newer images wait")
    func rolledBack() async throws {
        let registry = SmallRegistry()
        registry.push("acme/web", "1.0.0")
        let first = rollout("semver")
        try await run(registry) { world in
            try await world.create(first)
            #expect(try await world.until(.ready, "True Serving"))
            try await RolloutKind.rollback("web", in: "p1", to: "web-1", world.client)
            registry.push("acme/web", "1.1.0")
            try await world.clock.advance(by: .minutes(20))
            #expect(try await world.image() == "ghcr.io/acme/web:1.0.0")
            try await world.annotate("web", RolloutAnnotation.rollbackTo, nil)
            #expect(
                try await world.clock.advance(atMost: .minutes(10)) {
                    try await world.image() == "ghcr.io/acme/web:1.1.0"
                })
            try await world.annotate("web", RolloutAnnotation.updatePolicy, nil)
            #expect(
                try await world.clock.advance(atMost: .minutes(10)) {
                    try await world.image() == "ghcr.io/acme/web:1.0.0"
                })
        }
    }
}

/// A source of time behind `any`.
struct ReferencedTime: TimeSource {
    let base: any TimeSource
    init(_ base: any TimeSource) { self.base = base }
    var now: Timestamp { base.now }
    func sleep(until moment: Timestamp) async throws { try await base.sleep(until: moment) }
}
