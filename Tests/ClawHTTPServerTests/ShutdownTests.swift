import ClawBase
import ClawHTTPServer
import HTTPTypes
import Logging
import ServiceLifecycle
import Testing

@Suite("Listening and ending", .timeLimit(.minutes(10)))
struct ShutdownTests {
    private func server(port: Int = 0, limits: HTTPServer.Limits = .init()) -> HTTPServer {
        HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: port, field: "--listen"), limits: limits, logger: silent)
    }

    private func refuses(_ transport: CurlTransport, _ address: ListenAddress) async -> Bool {
        do {
            _ = try await transport.send(Request(.get, "http://\(address)/other"))
            return false
        } catch { return (error as? TransportError)?.code == .unreachable }
    }

    @Test("an address in use is a finding that names the flag")
    func inUse() async throws {
        try await withServer { _ in .text("") } _: { _, address in
            let finding = await #expect(throws: Finding.self) {
                try await server(port: address.port).withServer(ClosureHandler { _ in .text("") }) { _ in }
            }
            #expect(finding?.code == .listen)
            #expect(finding?.field == "--listen")
            #expect(finding?.message.hasPrefix("\(address) is already in use") == true)
        }
    }

    @Test("a foreign address and an unknown name are findings", arguments: ["192.0.2.1", "nowhere.invalid"])
    func notHere(host: String) async throws {
        let server = HTTPServer(listen: ListenAddress(host: host, port: 0), logger: silent)
        let finding = await #expect(throws: Finding.self) {
            try await server.withServer(ClosureHandler { _ in .text("") }) { _ in }
        }
        #expect(finding?.code == .listen)
    }

    @Test("an exchange under way is finished before the server ends, a new one refused")
    func drains() async throws {
        let gate = Gate()
        let handler = ClosureHandler { request in
            if request.path == "/other" { return .text("") }
            await gate.pass()
            return .text("done")
        }
        try await withThrowingTaskGroup(of: String.self) { group in
            try await withCurlTransport { transport in
                try await server().withServer(handler) { address in
                    group.addTask { try await transport.send(Request(.get, "http://\(address)/")).text() }
                    try await eventually("the handler was called") { gate.arrivals.value == 1 }
                    group.addTask {
                        try await withCurlTransport { other in
                            try await eventually("the server drains") { await refuses(other, address) }
                        }
                        gate.open()
                        return "opened"
                    }
                }
                var answers: Set<String> = []
                for try await answer in group { answers.insert(answer) }
                #expect(answers == ["done", "opened"])
            }
        }
    }

    @Test("an open stream does not hold up the end")
    func endsStreams() async throws {
        let (stream, source) = AsyncStream<[UInt8]>.makeStream()
        let ended = Counter()
        source.onTermination = { _ in ended.add() }
        source.yield([1])
        try await withCurlTransport { transport in
            let limits = HTTPServer.Limits(drain: .seconds(3600), streamDrain: .milliseconds(20))
            let body = try await server(limits: limits).withServer(
                ClosureHandler { _ in Response(status: .ok, body: .stream(stream)) }
            ) { address in
                let response = try await transport.send(Request(.get, "http://\(address)/", idleTimeout: nil))
                return response.body
            }
            #expect(ended.value == 1)
            await #expect(throws: TransportError.self) { for try await _ in body {} }
        }
    }

    @Test("whatever does not end within the limit is cut")
    func cuts() async throws {
        let cancelled = Counter()
        let entered = Counter()
        let limits = HTTPServer.Limits(drain: .milliseconds(50), streamDrain: .milliseconds(20))
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await withCurlTransport { transport in
                try await server(limits: limits).withServer(
                    ClosureHandler { _ in
                        entered.add()
                        do { try await Task.sleep(for: .seconds(3600)) } catch { cancelled.add() }
                        return .text("")
                    }
                ) { address in
                    group.addTask {
                        let error = await #expect(throws: TransportError.self) {
                            try await transport.send(Request(.get, "http://\(address)/"))
                        }
                        #expect(error?.code == .disconnected)
                    }
                    try await eventually("the handler was called") { entered.value == 1 }
                }
                #expect(cancelled.value == 1)
                try await group.waitForAll()
            }
        }
    }

    @Test("a watch can end with a proper last chunk when the drain begins")
    func endsProperly() async throws {
        let (stream, source) = AsyncStream<[UInt8]>.makeStream()
        source.yield([1])
        let (addresses, bound) = AsyncStream<ListenAddress>.makeStream()
        let service = server(limits: .init(drain: .seconds(30), streamDrain: .seconds(30))).service(
            ClosureHandler { _ in Response(status: .ok, body: .stream(stream)) },
            onBound: { bound.yield($0) }, onDrain: { source.finish() })
        let services = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: silent))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let address = try #require(await addresses.first { _ in true })
            try await withCurlTransport { transport in
                let response = try await transport.send(Request(.get, "http://\(address)/"))
                await services.triggerGracefulShutdown()
                let bytes = try await response.body.collect(limit: 10)
                #expect(bytes == [1])
            }
            try await group.waitForAll()
        }
    }

    @Test("cancelling the server's task ends it and what it does")
    func cancelled() async throws {
        let gate = Gate()
        let (addresses, bound) = AsyncStream<ListenAddress>.makeStream()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server().run(
                    handler: ClosureHandler { _ in
                        await gate.pass()
                        return .text("")
                    }, onBound: { bound.yield($0) })
            }
            guard let address = await addresses.first(where: { _ in true }) else { return }
            group.addTask {
                await #expect(throws: (any Error).self) {
                    try await withCurlTransport { try await $0.send(Request(.get, "http://\(address)/")) }
                }
            }
            try? await eventually("the handler was called") { gate.arrivals.value == 1 }
            group.cancelAll()
        }
    }

    @Test("the transport's shutdown ends what is under way")
    func transportShutdown() async throws {
        let gate = Gate()
        try await withServer { _ in
            await gate.pass()
            return .text("")
        } _: { transport, _ in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let error = await #expect(throws: TransportError.self) {
                        try await transport.send(Request(.get, "/"))
                    }
                    #expect(error?.code == .closed)
                }
                try? await eventually("the handler was called") { gate.arrivals.value == 1 }
                await transport.shutdown()
            }
        }
    }

    @Test(
        "addresses as people write them",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1", 80), ("[::1]:0", "::1", 0), ("localhost:65535", "localhost", 65535),
            (":8080", "0.0.0.0", 8080),
        ])
    func addresses(text: String, host: String, port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address.host == host && address.port == port)
    }

    @Test("what is no address is a finding", arguments: ["", "8080", "host", "host:", "host:x", "host:70000", "::1:80"])
    func noAddress(text: String) {
        let finding = #expect(throws: Finding.self) { try ListenAddress(text, field: "--listen") }
        #expect(finding?.field == "--listen")
    }
}
