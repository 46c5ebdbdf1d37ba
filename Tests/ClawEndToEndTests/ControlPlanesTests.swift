import ClawKit
import Foundation
import HTTPTypes
import PostgresTesting
import Testing

@Suite(
    "Three control planes, as processes on one database",
    .enabled(if: PostgresServer.isThere, "\(PostgresServer.howToGetIt)"), .timeLimit(.minutes(10)))
struct ControlPlanesTests {
    /// With `CLAWKIT_TEST_NEWS=300` in the environment, as many changes are timed, and what came of it is printed.
    private static let samples = ProcessInfo.processInfo.environment["CLAWKIT_TEST_NEWS"].flatMap { Int($0) }

    @Test("what is done at one is so at the others; sessions hold everywhere, and their operations outlive kill -9")
    func together() async throws {
        try await ControlPlanes.run(3) { planes in
            try await changes(planes)
            try await sessions(planes)
            try await news(planes)
            try await takeOver(planes)
        }
    }

    /// Tenants and projects are the cluster's, users the database's.
    private func changes(_ planes: ControlPlanes) async throws {
        #expect(try await planes.call(.post, "/api/v1/tenants", ["name": "acme"], at: 0).status == .created)
        let orchestrator = try await RunningOrchestrator.start(
            in: planes.platforms[0].directory, kubeconfig: planes.cluster.kubeconfig)
        #expect(
            try await planes.call(.post, "/api/v1/projects", ["name": "demo", "tenant": "acme"], at: 1).status
                == .created)
        try await eventually("the project's namespace") {
            try await planes.call(.get, "/api/v1/projects/demo", at: 2).json["phase"] == "Ready" ? true : nil
        }
        // From here on nobody carries out what is wished for.
        #expect(try await orchestrator.stop() == 0)
        let ada: JSON = ["name": "ada", "project": "demo", "role": "owner"]
        #expect(try await planes.call(.post, "/api/v1/users", ada, at: 2).status == .created)
        for number in 0..<3 {
            #expect(try await planes.call(.get, "/api/v1/users/ada", at: number).json["name"] == "ada")
            #expect(try await planes.call(.post, "/api/v1/users", ada, at: number).status == .conflict)
        }
        let changed: JSON = ["displayName": "Ada"]
        #expect(try await planes.call(.patch, "/api/v1/users/ada", changed, at: 0).status == .ok)
        #expect(try await planes.call(.get, "/api/v1/users/ada", at: 1).json["displayName"] == "Ada")
    }

    private func sessions(_ planes: ControlPlanes) async throws {
        @Sendable func user(_ session: String, at number: Int) async throws -> String? {
            try await planes.call(.get, "/api/v1/me", at: number, session: session).json["user"]?.string
        }
        let (first, second) = (
            try #require(try await planes.signIn(at: 0)), try #require(try await planes.signIn(at: 1))
        )
        for number in 0..<3 { #expect(try await user(first, at: number) == "admin") }
        // Signed out at one, signed out everywhere; the other session stays.
        #expect(try await planes.call(.delete, "/api/v1/sessions", at: 2, session: first).status == .noContent)
        for number in 0..<3 {
            try await eventually("the end of the session") { try await user(first, at: number) == nil ? true : nil }
            #expect(try await user(second, at: number) == "admin")
        }
        // A new key made at one is known at the others when its first cookie comes, and old cookies stay good.
        #expect(try await planes.call(.post, "/api/v1/sessions/rotate-keys", at: 2).status == .noContent)
        let third = try #require(try await planes.signIn(at: 2))
        for number in 0..<3 {
            #expect(try await user(third, at: number) == "admin")
            #expect(try await user(second, at: number) == "admin")
        }
        // Everywhere at once: each has the session in memory by now.
        #expect(
            try await planes.call(.delete, "/api/v1/sessions?everywhere=true", at: 0, session: second).status
                == .noContent)
        for number in 0..<3 {
            try await eventually("the end of the sessions") { try await user(third, at: number) == nil ? true : nil }
        }
        let fourth = try #require(try await planes.signIn(at: 0))
        for number in 0..<3 { #expect(try await user(fourth, at: number) == "admin") }
        #expect(try await planes.call(.post, "/api/v1/sessions/rotate-keys?revoke=true", at: 1).status == .noContent)
        for number in 0..<3 {
            try await eventually("the end of all sessions") { try await user(fourth, at: number) == nil ? true : nil }
        }
    }

    /// How long it takes until one hears, by NOTIFY, of what was committed at another.
    private func news(_ planes: ControlPlanes) async throws {
        var delays: [Duration] = []
        for number in 0..<(Self.samples ?? 20) {
            let (writer, reader) = (number % 3, (number + 1 + number % 2) % 3)
            let wish: JSON = ["name": .string("news-\(number)"), "user": "ada"]
            let begun = try await planes.call(.post, "/api/v1/projects/demo/runtimes", wish, at: writer)
            let id = try #require(begun.json["operation"]?["id"]?.string, "\(begun.json)")
            var request = Request(.get, "\(planes.platforms[reader].controlPlane)/api/v1/operations/\(id)/events")
            request.headers[.authorization] = "Bearer \(planes.token)"
            let events = try await planes.platforms[reader].network.send(request)
            var body = events.body.makeAsyncIterator()
            // It says at once what it knows; from then on it is told.
            _ = try await body.next()
            let start = ContinuousClock.now
            let cancelled = try await planes.call(.post, "/api/v1/operations/\(id)/cancel", at: writer)
            #expect(cancelled.status == .accepted)
            let committed = ContinuousClock.now
            var text = ""
            while !text.contains("cancelledBy"), let part = try await body.next() {
                text += String(decoding: part, as: UTF8.self)
            }
            #expect(text.contains("cancelledBy"))
            let heard = ContinuousClock.now
            delays.append(heard - start)
            #expect(heard - committed < .seconds(10), "it took \(heard - committed)")
        }
        guard Self.samples != nil else { return }
        let sorted = delays.sorted()
        print(
            "a change at one, seen at another: median \(sorted[sorted.count / 2]), "
                + "p99 \(sorted[sorted.count * 99 / 100])"
        )
    }

    private func takeOver(_ planes: ControlPlanes) async throws {
        // The others are held up meanwhile, so that it is the first that takes up all of them.
        for number in 1..<3 { planes.platforms[number].pause() }
        var ids: [String] = []
        for number in 0..<12 {
            let wish: JSON = ["name": .string("kept-\(number)"), "user": "ada"]
            let begun = try await planes.call(.post, "/api/v1/projects/demo/runtimes", wish, at: 0)
            ids.append(try #require(begun.json["operation"]?["id"]?.string, "\(begun.json)"))
        }
        let begun = ids
        let first = try await eventually("the operations' worker") { () -> String? in
            let workers = try await planes.operations().filter { begun.contains($0.id) }.compactMap(\.claim.worker)
            return workers.count == begun.count && Set(workers).count == 1 ? workers.first : nil
        }
        for number in 1..<3 { planes.platforms[number].resume() }
        try await planes.platforms[0].crash()
        // Its lease is over in fifteen seconds. Then they are others', once each.
        try await eventually(within: .seconds(120), "the take-over") { () -> Bool? in
            let taken = try await planes.operations().filter { begun.contains($0.id) && $0.claim.number > 1 }
            return taken.count == begun.count && taken.allSatisfy { ![nil, first].contains($0.claim.worker) }
                ? true : nil
        }
        let orchestrator = try await RunningOrchestrator.start(
            in: planes.platforms[1].directory, kubeconfig: planes.cluster.kubeconfig)
        for id in begun {
            let state = try await eventually(within: .seconds(120), "the end of operation \(id)") { () -> JSON? in
                let operation = try await planes.call(.get, "/api/v1/operations/\(id)", at: 1).json
                // A JSON can be nil itself.
                return ["succeeded", "failed", "cancelled"].contains(operation["state"]?.string)
                    ? .some(operation) : .none
            }
            #expect(state["state"] == "succeeded", "\(state)")
            #expect(try await planes.call(.get, "/api/v1/operations/\(id)", at: 2).json["state"] == "succeeded")
        }
        #expect(try await orchestrator.stop() == 0)
        for number in 1..<3 { #expect(try await planes.platforms[number].stop() == 0) }
    }
}
