import ClawBase
import ClawDocuments
import ClawPlatform
import HTTPTypes
import Testing

@Suite("A router")
struct RouterTests {
    struct FixedAuthenticator: Authenticator {
        func identify(_ request: Request) async throws -> Identity {
            switch request.headers[.authorization] {
            case "ada": .principal(Principal(user: "ada"))
            case "root": .principal(Principal(user: "root", isAdministrator: true))
            default: .anonymous(Finding(.session, "Nobody is signed in; sign in."))
            }
        }
    }

    let router: Router = {
        var router = Router(authenticator: FixedAuthenticator())
        router.get("/healthz", access: .anybody) { call in .text("ok \(call.principal?.user ?? "nobody")") }
        router.get("/api/v1/projects/{project}/runtimes/{name}") { call in
            .json(["project": .string(call.parameters["project"]), "name": .string(call.parameters["name"])])
        }
        router.delete("/api/v1/projects/{project}/runtimes/{name}", access: .administrator) { _ in .noContent }
        router.get("/api/v1/projects/special/runtimes/{name}") { _ in .text("special") }
        router.on(nil, "/r/{project}/{runtime}/{rest...}", access: .anybody) { call in
            .text("\(call.request.method) \(call.parameters["rest"])")
        }
        router.post("/things", access: .anybody) { call in
            let fields = try await call.fields(["name", "size", "tags", "state"])
            let name = try fields.label("name")
            let size = try fields.optionalInteger("size") ?? 1
            _ = try fields.optionalStrings("tags")
            _ = try fields.optionalCase("state", of: Operation.State.self)
            return .created(["name": .string(name.description), "size": .integer(Int64(size))])
        }
        router.get("/broken", access: .anybody) { _ in throw Unexpected() }
        router.get("/down", access: .anybody) { _ in
            throw TransportError(code: .unreachable, message: "nobody listens on 127.0.0.1:1")
        }
        return router
    }()

    struct Unexpected: Error { let secret = "internals" }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, as user: String? = nil, body: String = ""
    ) async throws -> (response: Response, json: JSON?, text: String) {
        var headers = HTTPFields()
        headers[.authorization] = user
        let response = await router.respond(to: Request(method, path, headers: headers, body: .string(body)))
        let bytes = try await response.body.collect(limit: 1 << 20)
        return (response, try? JSONParser.parse(bytes), String(decoding: bytes, as: UTF8.self))
    }

    @Test("takes a request to the route of its method and path, literals before placeholders")
    func routes() async throws {
        let found = try await send(.get, "/api/v1/projects/demo/runtimes/a%20b?x=1", as: "ada")
        #expect(found.response.status == .ok)
        #expect(found.json == ["project": "demo", "name": "a b"])
        #expect(try await send(.get, "/api/v1/projects/special/runtimes/x", as: "ada").text == "special")
        // The preferred branch has no DELETE: the other is taken.
        #expect(
            try await send(.delete, "/api/v1/projects/special/runtimes/x", as: "root").response.status == .noContent)
        #expect(try await send(.put, "/r/demo/ada/deep/path%2Fx").text == "PUT deep/path/x")
        #expect(try await send(.get, "/r/demo/ada").text == "GET ")
    }

    @Test("says what is possible where a path or a method is not known")
    func unknown() async throws {
        let nothing = try await send(.get, "/nothing")
        #expect(nothing.response.status == .notFound)
        #expect(nothing.json?["code"] == "E_NO_ROUTE")
        let other = try await send(.put, "/api/v1/projects/demo/runtimes/x", as: "ada")
        #expect(other.response.status == .methodNotAllowed)
        #expect(other.json?["code"] == "E_METHOD")
        #expect(other.response.headers[.allow] == "DELETE, GET, HEAD")
    }

    @Test("lets in whom the route asks for")
    func access() async throws {
        let path = "/api/v1/projects/demo/runtimes/x"
        #expect(try await send(.get, "/healthz").text == "ok nobody")
        #expect(try await send(.get, "/healthz", as: "ada").text == "ok ada")
        let nobody = try await send(.get, path)
        #expect(nobody.response.status == .unauthorized)
        #expect(nobody.json?["code"] == "E_SESSION")
        #expect(try await send(.get, path, as: "ada").response.status == .ok)
        let ada = try await send(.delete, path, as: "ada")
        #expect(ada.response.status == .forbidden)
        #expect(ada.json?["code"] == "E_FORBIDDEN")
        #expect(try await send(.delete, path, as: "root").response.status == .noContent)
    }

    @Test("answers HEAD like GET, without the body")
    func head() async throws {
        let answer = try await send(.head, "/healthz")
        #expect(answer.response.status == .ok)
        #expect(answer.text.isEmpty)
        #expect(answer.response.headers[.contentLength] == "9")
    }

    @Test(
        "names what is wrong with a body",
        arguments: [
            ("", 400, "E_BAD_REQUEST", "body"), ("{\"name\":", 400, "E_BAD_REQUEST", "body"),
            ("[1]", 400, "E_BAD_REQUEST", "body"), ("{}", 400, "E_BAD_REQUEST", "name"),
            ("{\"name\":5}", 400, "E_BAD_REQUEST", "name"), ("{\"name\":\"A B\"}", 422, "E_NAME", "name"),
            ("{\"name\":\"a\",\"sise\":3}", 400, "E_BAD_REQUEST", "sise"),
            ("{\"name\":\"a\",\"size\":\"3\"}", 400, "E_BAD_REQUEST", "size"),
            ("{\"name\":\"a\",\"size\":1.5}", 400, "E_BAD_REQUEST", "size"),
            ("{\"name\":\"a\",\"tags\":[1]}", 400, "E_BAD_REQUEST", "tags"),
            ("{\"name\":\"a\",\"state\":\"odd\"}", 400, "E_BAD_REQUEST", "state"),
        ])
    func badBodies(body: String, status: Int, code: String, field: String) async throws {
        let answer = try await send(.post, "/things", body: body)
        #expect(answer.response.status.code == status)
        #expect(answer.json?["code"]?.string == code)
        #expect(answer.json?["field"]?.string == field)
    }

    @Test("suggests the field that was meant, and says where JSON ends")
    func mends() async throws {
        #expect(
            try await send(.post, "/things", body: "{\"name\":\"a\",\"sise\":3}").text.contains("did you mean 'size'?"))
        #expect(try await send(.post, "/things", body: "{\"name\":}").text.contains("at byte 8"))
        let good = try await send(.post, "/things", body: "{\"name\":\"a\",\"size\":null}")
        #expect(good.response.status == .created)
        #expect(good.json == ["name": "a", "size": 1])
    }

    @Test("refuses a body over the limit")
    func tooLarge() async throws {
        let answer = try await send(.post, "/things", body: String(repeating: " ", count: 1 << 20 + 1))
        #expect(answer.response.status == .contentTooLarge)
    }

    @Test("answers an unexpected error without its text, an unreachable peer with its name")
    func errors() async throws {
        let broken = try await send(.get, "/broken")
        #expect(broken.response.status == .internalServerError)
        #expect(broken.json?["code"] == "E_INTERNAL")
        #expect(!broken.text.contains("internals"))
        #expect(broken.json?["details"]?["requestID"]?.string?.isEmpty == false)
        let down = try await send(.get, "/down")
        #expect(down.response.status == .badGateway)
        #expect(down.text.contains("127.0.0.1:1"))
    }

    @Test("keeps a client's plain request id and replaces a hostile one")
    func requestIDs() async throws {
        let handler = RequestID(router)
        let name = try #require(HTTPField.Name("X-Request-Id"))
        func id(_ sent: String?) async -> String? {
            var headers = HTTPFields()
            headers[name] = sent
            return await handler.respond(to: Request(.get, "/healthz", headers: headers)).headers[name]
        }
        #expect(await id("abc-123") == "abc-123")
        #expect(await id("two words") != "two words")
        #expect(await id(String(repeating: "x", count: 65))?.count == 24)
        #expect(await id(nil)?.count == 24)
    }
}
