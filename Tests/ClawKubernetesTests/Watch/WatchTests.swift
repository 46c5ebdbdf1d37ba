import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Watches")
struct WatchTests {
    @Test("the snapshot comes first, and the watch goes on from its version")
    func snapshotFirst() async throws {
        let script = WatchScript(
            .list([configMap("a", version: 3)], version: 5),
            .watch(
                [
                    .added(configMap("b", version: 6)), .modified(configMap("a", version: 7)),
                    .deleted(configMap("b", version: 8)),
                ], then: .silent))
        #expect(try await script.events(4) == ["snapshot a", "applied b@6", "applied a@7", "deleted b"])
        #expect(script.calls == ["list", "watch 5"])
        let request = try #require(script.transport.requests.last)
        #expect(request.query["allowWatchBookmarks"] == "true")
        #expect((290...590).contains(Int(request.query["timeoutSeconds"] ?? "") ?? 0))
        #expect(request.idleTimeout == .seconds(600))
    }

    @Test("a selection holds for the list and for every watch")
    func selection() async throws {
        let script = WatchScript(.list([], version: 5), .watch([.added(configMap("b", version: 6))], then: .silent))
        let watch = KubernetesClient(script.transport).watch(
            ConfigMap.self, matching: Selection(labels: ["app": "web"], fieldSelector: "metadata.name=b"))
        var events = watch.makeAsyncIterator()
        _ = try await events.next()
        _ = try await events.next()
        for request in script.transport.requests {
            #expect(request.path == "/api/v1/configmaps")
            #expect(request.query["labelSelector"] == "app=web")
            #expect(request.query["fieldSelector"] == "metadata.name=b")
        }
    }

    @Test("a server that ends the connection is asked again from the last version, at once and without repeating")
    func cleanEnd() async throws {
        let script = WatchScript(
            .list([], version: 5), .watch([.added(configMap("a", version: 6))], then: .closed),
            .watch([.modified(configMap("a", version: 7))], then: .closed),
            .watch([.deleted(configMap("a", version: 8))], then: .silent))
        let start = script.time.now
        #expect(try await script.events(4) == ["snapshot ", "applied a@6", "applied a@7", "deleted a"])
        #expect(script.calls == ["list", "watch 5", "watch 6", "watch 7"])
        #expect(script.time.now == start)
    }

    @Test("bookmarks move the version on and are not shown")
    func bookmarks() async throws {
        let script = WatchScript(
            .list([], version: 5), .watch([.bookmark(40), .bookmark(90)], then: .closed),
            .watch([.added(configMap("a", version: 91))], then: .silent))
        #expect(try await script.events(2) == ["snapshot ", "applied a@91"])
        #expect(script.calls == ["list", "watch 5", "watch 90"])
    }

    @Test("connections that end as they begin are not asked for again at once")
    func shortConnections() async throws {
        let script = WatchScript(
            .list([], version: 5), .watch([], then: .closed), .watch([], then: .closed),
            .watch([.added(configMap("a", version: 6))], then: .silent))
        let start = script.time.now
        #expect(try await script.events(2) == ["snapshot ", "applied a@6"])
        #expect(script.calls == ["list", "watch 5", "watch 5", "watch 5"])
        #expect(script.time.now > start)
    }

    @Test(
        "an expired version leads to a new snapshot, by status or by event",
        arguments: [WatchScript.Step.refuse(410, "Expired"), .watch([.error(410, "Gone")], then: .closed)])
    func expired(step: WatchScript.Step) async throws {
        let script = WatchScript(
            .list([configMap("a", version: 1)], version: 5), step, .list([configMap("b", version: 9)], version: 9),
            .watch([.added(configMap("c", version: 10))], then: .silent))
        let start = script.time.now
        #expect(try await script.events(3) == ["snapshot a", "snapshot b", "applied c@10"])
        #expect(script.calls == ["list", "watch 5", "list", "watch 9"])
        #expect(script.time.now == start)
        #expect(script.surprises.isEmpty)
    }

    @Test("a server for which every version is expired is not asked in a hurry")
    func alwaysExpired() async throws {
        let script = WatchScript(
            .list([], version: 1), .refuse(410, "Expired"), .list([], version: 2), .refuse(410, "Expired"),
            .list([], version: 3), .refuse(410, "Expired"), .list([], version: 4))
        let start = script.time.now
        #expect(try await script.events(4).count == 4)
        #expect(script.time.now - start >= .seconds(120))
    }

    @Test("a connection that breaks is made anew from the last version, after a wait that grows")
    func broken() async throws {
        let script = WatchScript(
            .list([], version: 5), .watch([.added(configMap("a", version: 6))], then: .broken), .fail, .fail,
            .watch([.added(configMap("b", version: 7))], then: .silent))
        let time = script.time
        try await withThrowingTaskGroup(of: [String].self) { group in
            let watch = script.watch
            group.addTask {
                var told: [String] = []
                for try await event in watch {
                    told.append(WatchScript.describe(event))
                    if told.count == 3 { break }
                }
                return told
            }
            var waits: [Duration] = []
            for _ in 0..<3 {
                try await eventually("the wait") { time.sleeperCount == 1 }
                let wait = try #require(time.nextWake) - time.now
                waits.append(wait)
                time.advance(by: wait)
            }
            #expect(try await group.next() == ["snapshot ", "applied a@6", "applied b@7"])
            #expect((50...100).contains(waits[0].nanoseconds / 1_000_000))
            #expect((100...200).contains(waits[1].nanoseconds / 1_000_000))
            #expect((200...400).contains(waits[2].nanoseconds / 1_000_000))
        }
        #expect(script.calls == ["list", "watch 5", "watch 6", "watch 6", "watch 6"])
    }

    @Test("a busy server is asked again from the same version, any other refusal begins anew")
    func refusals() async throws {
        let script = WatchScript(
            .list([], version: 5), .refuse(429, "TooManyRequests"), .refuse(503, "ServiceUnavailable"),
            .refuse(504, "Timeout"), .list([], version: 8), .watch([.error(500, "InternalError")], then: .closed),
            .list([configMap("a", version: 9)], version: 9))
        #expect(try await script.events(3) == ["snapshot ", "snapshot ", "snapshot a"])
        #expect(script.calls == ["list", "watch 5", "watch 5", "watch 5", "list", "watch 8", "list"])
    }

    @Test(
        "after nonsense nothing is certain: a new snapshot",
        arguments: [
            #"{"type":"EXPLODED","object":{"metadata":{"resourceVersion":"9"}}}"#, #"{"type":"ADDED"}"#, "[]", "<html>",
            #"{"object":{}}"#,
        ])
    func nonsense(line: String) async throws {
        let script = WatchScript(
            .list([], version: 5), .watch([.raw(line)], then: .silent), .list([configMap("a", version: 9)], version: 9))
        #expect(try await script.events(2) == ["snapshot ", "snapshot a"])
        #expect(script.surprises.isEmpty)
    }

    @Test("a list that fails is tried again")
    func failedList() async throws {
        let script = WatchScript(
            .fail, .refuse(500, "InternalError"), .refuse(429, "TooManyRequests"), .list([], version: 5))
        #expect(try await script.events(1) == ["snapshot "])
    }

    @Test("what trying again cannot mend is thrown", arguments: [401, 403, 404])
    func hopeless(code: Int) async throws {
        for script in [
            WatchScript(.refuse(code, "")), WatchScript(.list([], version: 5), .refuse(code, "")),
            WatchScript(.list([], version: 5), .watch([.error(code, "")], then: .silent)),
        ] {
            await #expect { try await script.events(5) } throws: { ($0 as? KubernetesError)?.code == code }
        }
    }

    @Test("an object of five megabytes passes")
    func large() async throws {
        let value = String(repeating: "x", count: 5 << 20)
        let script = WatchScript(
            .list([], version: 5), .watch([.added(configMap("a", version: 6, data: ["v": value]))], then: .silent))
        var events = script.watch.makeAsyncIterator()
        _ = try await events.next()
        guard case .applied(let object)? = try await events.next() else {
            Issue.record("expected the object")
            return
        }
        #expect(object.data["v"]?.utf8.count == 5 << 20)
    }

    @Test("cancellation ends a watch wherever it waits: for an event, for time, for an answer")
    func cancellation() async throws {
        let scripts: [(WatchScript, waits: @Sendable (WatchScript) -> Bool)] = [
            (WatchScript(.list([], version: 5), .watch([], then: .silent)), { $0.calls.count == 2 }),
            (WatchScript(.fail), { $0.time.sleeperCount == 1 }), (WatchScript(), { $0.calls.count == 1 }),
        ]
        for (script, waits) in scripts {
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let watch = script.watch
                    group.addTask { for try await _ in watch {} }
                    try await eventually("the wait") { waits(script) }
                    group.cancelAll()
                    try await group.next()
                }
            }
        }
    }
}
