import ClawBase
import ClawDocuments
import ClawHTTPServer
import ClawKubernetes
import ClawModels
import Foundation
import HTTPTypes
import Logging
import Synchronization
import Testing

/// What networks and servers do to a client, over real connections.
@Suite("The client under hardship", .timeLimit(.minutes(10)))
struct HardshipTests {
    private static func withServer(
        _ answer: @escaping @Sendable (Request) async -> Response, _ body: (KubernetesClient) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var limits = HTTPServer.Limits()
        limits.streamDrain = .zero
        let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), limits: limits, logger: logger)
        try await server.withServer(ClosureHandler(answer)) { address in
            try await withKubernetesClient(ClusterAccess(server: "http://\(address)")) { try await body($0) }
        }
    }

    private static func event(_ type: String, _ object: JSON) -> [UInt8] {
        JSON.object(["type": .string(type), "object": object]).bytes() + [UInt8(ascii: "\n")]
    }

    @Test("connections killed in the midst of a watch, and of an event, lose nothing and repeat nothing")
    func killed() async throws {
        let watches = Mutex<[String]>([])
        let answer: @Sendable (Request) -> Response = { request in
            guard request.query["watch"] == "true" else {
                return .json(list([configMap("a", version: 1)], version: 10))
            }
            let version = Int(request.query["resourceVersion"] ?? "") ?? 0
            let count = watches.withLock { entries in
                entries.append(String(version))
                return entries.count
            }
            guard count <= 4 else { return .stream([], then: .silent) }
            // Two whole events, half of a third, and the connection is cut.
            let whole = (1...2).map { Self.event("MODIFIED", configMap("a", version: version + $0)) }
            let half = Self.event("MODIFIED", configMap("a", version: version + 3)).dropLast(20)
            return .stream(whole + [Array(half)], then: .broken)
        }
        try await Self.withServer(answer) { client in
            var told: [String] = []
            for try await event in client.watch(ConfigMap.self, in: "demo") {
                told.append(WatchScript.describe(event))
                if told.count == 9 { break }
            }
            #expect(told == ["snapshot a"] + (11...18).map { "applied a@\($0)" })
            let versions = watches.withLock { $0 }
            #expect(versions.starts(with: ["10", "12", "14", "16"]))
        }
    }

    @Test("a version that expires while watching leads to a new snapshot")
    func expired() async throws {
        let lists = Mutex(0)
        let answer: @Sendable (Request) -> Response = { request in
            guard request.query["watch"] == "true" else {
                let number = lists.withLock { count in
                    count += 1
                    return count
                }
                return .json(list([configMap("list\(number)", version: number)], version: number * 10))
            }
            switch request.query["resourceVersion"] {
            case "10":
                let gone: JSON = ["kind": "Status", "code": 410, "reason": "Expired", "message": "too old"]
                return .stream([Self.event("ERROR", gone)])
            case "20": return .refusal(410, "Expired")
            default: return .stream([Self.event("ADDED", configMap("new", version: 31))], then: .silent)
            }
        }
        try await Self.withServer(answer) { client in
            var told: [String] = []
            for try await event in client.watch(ConfigMap.self, in: "demo") {
                told.append(WatchScript.describe(event))
                if told.count == 4 { break }
            }
            #expect(told == ["snapshot list1", "snapshot list2", "snapshot list3", "applied new@31"])
        }
    }

    @Test("a watch's bytes may come in any pieces: cut at every offset, and byte by byte")
    func pieces() async throws {
        let bytes =
            Self.event("ADDED", configMap("ü€😀", version: 6, data: ["k": "\"\\\u{1}é😀"]))
            + Self.event("MODIFIED", configMap("b", version: 7)) + Self.event("DELETED", configMap("b", version: 8))
        func told(_ pieces: [[UInt8]]) async throws -> [String] {
            let transport = ScriptedTransport([.json(list([], version: 5)), .stream(pieces, then: .silent)])
            var events = KubernetesClient(transport).watch(ConfigMap.self, in: "demo").makeAsyncIterator()
            var told: [String] = []
            while told.count < 4, let event = try await events.next() {
                told.append(WatchScript.describe(event))
                if case .applied(let map) = event, map.name == "ü€😀" { #expect(map.data["k"] == "\"\\\u{1}é😀") }
            }
            return told
        }
        let wanted = ["snapshot ", "applied ü€😀@6", "applied b@7", "deleted b"]
        for cut in 0...bytes.count {
            #expect(try await told([Array(bytes[..<cut]), Array(bytes[cut...])].filter { !$0.isEmpty }) == wanted)
        }
        #expect(try await told(bytes.map { [$0] }) == wanted)
    }

    @Test("an object of forty megabytes is received, sent and watched")
    func large() async throws {
        let value = String(repeating: "x", count: 40 << 20)
        let object = configMap("big", version: 7, data: ["v": value])
        let received = Mutex(0)
        let answer: @Sendable (Request) async -> Response = { request in
            if request.method == .put {
                let bytes = (try? await request.body.collect(limit: 60 << 20)) ?? []
                received.withLock { $0 = bytes.count }
                return Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(bytes))
            }
            guard request.query["watch"] == "true" else {
                return request.path.hasSuffix("/big") ? .json(object) : .json(list([], version: 5))
            }
            return .stream([Self.event("ADDED", object)], then: .silent)
        }
        try await Self.withServer(answer) { client in
            let found = try await client.get(ConfigMap.self, "big", in: "demo")
            #expect(found.data["v"]?.utf8.count == 40 << 20)
            let replaced = try await client.replace(found)
            #expect(received.withLock { $0 } > 40 << 20)
            #expect(replaced.data["v"]?.utf8.count == 40 << 20)
            var events = client.watch(ConfigMap.self, in: "demo").makeAsyncIterator()
            _ = try await events.next()
            guard case .applied(let watched)? = try await events.next() else {
                Issue.record("expected the object")
                return
            }
            #expect(watched.data["v"]?.utf8.count == 40 << 20)
        }
    }
}
