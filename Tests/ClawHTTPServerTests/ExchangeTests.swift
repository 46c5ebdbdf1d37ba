import ClawBase
import ClawHTTPServer
import HTTPTypes
import Testing

@Suite("One exchange over a socket", .timeLimit(.minutes(10)))
struct ExchangeTests {
    @Test("a handler sees the request as it was sent, and the client its answer")
    func roundTrip() async throws {
        let name = try #require(HTTPField.Name("X-Two"))
        try await withServer { request in
            let body = (try? await request.body.collect(limit: 1000)) ?? []
            var response = Response.text(
                "\(request.method) \(request.head.path ?? "") \(request.head.scheme ?? "") "
                    + "\(String(decoding: body, as: UTF8.self)) \(request.headers[values: name])",
                status: .init(code: 418, reasonPhrase: "Teapot"))
            response.headers[values: name] = ["a", "b"]
            return response
        } _: { transport, address in
            var request = Request(.patch, "/a%20b/../c?x=1&y=%2F", body: .string("ü"))
            request.headers[values: name] = ["1", "2"]
            let response = try await transport.send(request)
            #expect(response.status.code == 418)
            #expect(response.headers[values: name] == ["a", "b"])
            #expect(response.headers[.server] == nil)
            #expect(response.headers[.date]?.hasSuffix(" GMT") == true)
            let text = try await response.text()
            #expect(text == #"PATCH /a%20b/../c?x=1&y=%2F http ü ["1", "2"]"#)
        }
    }

    @Test("the peer's address is known, and one connection serves one exchange after the other")
    func keepAlive() async throws {
        try await withServer {
            .text($0.peer ?? "")
        } _: { transport, _ in
            var peers: Set<String> = []
            for method in [HTTPRequest.Method.get, .post, .delete, .put, .get] {
                peers.insert(try await transport.send(Request(method, "/")).text())
            }
            #expect(peers.count == 1)
            #expect(peers.first?.hasPrefix("127.0.0.1:") == true)
        }
    }

    @Test("a body that the handler does not read leaves the connection usable")
    func unreadBody() async throws {
        try await withServer {
            .text($0.peer ?? "")
        } _: { transport, _ in
            let large = Body.bytes(Array(repeating: 1, count: 1_000_000))
            let first = try await transport.send(Request(.post, "/", body: large)).text()
            let second = try await transport.send(Request(.post, "/", body: large)).text()
            #expect(first == second)
        }
    }

    @Test("large bodies pass both ways, of known length and in chunks", arguments: [true, false])
    func large(lengthIsKnown: Bool) async throws {
        let size = 80 * Chunks.size
        try await withServer { request in
            let length = request.body.length
            let bytes = (try? await request.body.collect(limit: size)) ?? []
            return Response(
                status: bytes.count == size && length == (lengthIsKnown ? size : nil) ? .ok : .badRequest,
                body: .stream(Chunks(count: 80), length: lengthIsKnown ? size : nil))
        } _: { transport, _ in
            let body = Body.stream(Chunks(count: 80), length: lengthIsKnown ? size : nil)
            let response = try await transport.send(Request(.post, "/", body: body))
            #expect(response.status == .ok)
            #expect(response.body.length == (lengthIsKnown ? size : nil))
            var expected: [UInt8] = []
            for left in (0..<80).reversed() { expected += Array(repeating: UInt8(left), count: Chunks.size) }
            let received = try await response.body.collect(limit: size)
            #expect(received == expected)
        }
    }

    @Test("five megabytes at once")
    func largeAtOnce() async throws {
        let bytes = Array(Array(repeating: Array(UInt8.min ... .max), count: 5 << 12).joined())
        try await withServer { request in
            Response(status: .ok, body: .bytes((try? await request.body.collect(limit: 5 << 20)) ?? []))
        } _: { transport, _ in
            let response = try await transport.send(Request(.put, "/", body: .bytes(bytes)))
            let echoed = try await response.body.collect(limit: 5 << 20)
            #expect(echoed == bytes)
        }
    }

    @Test("HEAD, 204 and 304 have no body, and the connection stays in step")
    func bodiless() async throws {
        try await withServer { request in
            switch request.path {
            case "/none": Response(status: .noContent)
            case "/same": Response(status: .notModified)
            case "/stream": Response(status: .ok, body: .stream(Chunks(count: 1)))
            default: .text("four")
            }
        } _: { transport, _ in
            let head = try await transport.send(Request(.head, "/"))
            #expect(head.headers[.contentLength] == "4")
            #expect(head.body.length == 0)
            for (method, path) in [(HTTPRequest.Method.get, "/none"), (.get, "/same"), (.head, "/stream")] {
                let response = try await transport.send(Request(method, path))
                #expect(try await response.text() == "")
            }
            let after = try await transport.send(Request(.get, "/")).text()
            #expect(after == "four")
        }
    }

    @Test("two hundred requests at once all get their own answer")
    func concurrent() async throws {
        try await withServer {
            .text(String($0.path))
        } _: { transport, _ in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try await transport.send(Request(.get, "/\(number)")).text() == "/\(number)"
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("redirects are answers like any other")
    func redirect() async throws {
        try await withServer { _ in
            Response(status: .found, headers: [.location: "/elsewhere"])
        } _: { transport, _ in
            let response = try await transport.send(Request(.get, "/"))
            #expect(response.status == .found)
        }
    }
}
