import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("Refusals")
struct RefusalTests {
    private func refusal(_ response: Response) async -> KubernetesError? {
        let api = KubernetesClient(ScriptedTransport([response]))
        do {
            _ = try await api.get(ConfigMap.self, "a", in: "demo")
            return nil
        } catch {
            return error as? KubernetesError
        }
    }

    @Test("a Status becomes an error with code, reason, message and causes")
    func status() async throws {
        let status: JSON = [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 422, "reason": "Invalid",
            "message": "Pod \"x\" is invalid",
            "details": [
                "name": "x",
                "causes": [
                    ["reason": "FieldValueRequired", "message": "Required value", "field": "spec.containers"],
                    ["message": "no field"],
                ],
            ],
        ]
        let error = try #require(await refusal(.json(status, status: .init(code: 422))))
        #expect(error.isInvalid)
        #expect(error.reason == "Invalid")
        #expect(error.causes.count == 2)
        #expect(error.causes[0].field == "spec.containers")
        #expect(error.causes[1] == .init(reason: "", message: "no field", field: ""))
        #expect(error.description == "Pod \"x\" is invalid (422 Invalid)")
    }

    @Test(
        "each refusal is told by its name",
        arguments: [
            (401, "Unauthorized", "unauthorized"), (403, "Forbidden", "forbidden"), (404, "NotFound", "not found"),
            (409, "Conflict", "conflict"), (409, "AlreadyExists", "already exists"), (410, "Expired", "expired"),
            (422, "Invalid", "invalid"), (500, "InternalError", ""),
        ])
    func kinds(code: Int, reason: String, name: String) async throws {
        let error = try #require(await refusal(.refusal(code, reason)))
        let names = [
            error.isUnauthorized ? "unauthorized" : nil, error.isForbidden ? "forbidden" : nil,
            error.isNotFound ? "not found" : nil, error.isConflict ? "conflict" : nil,
            error.isAlreadyExists ? "already exists" : nil, error.isExpired ? "expired" : nil,
            error.isInvalid ? "invalid" : nil,
        ]
        #expect(names.compactMap { $0 }.joined() == name)
    }

    @Test(
        "what a proxy in between says is kept, whatever it is",
        arguments: [
            ("<html>\n<h1>502 Bad  Gateway</h1>\r\n</html>", "<html> <h1>502 Bad Gateway</h1> </html>"),
            ("", "the server answered 502"), ("\"upstream gone\"", "upstream gone"),
            ("{\"error\":\"x\"}", "the server answered 502"), ("[1]", "the server answered 502"),
            ("null", "the server answered 502"), ("{\"message\":7}", "the server answered 502"),
            ("{\"details\":{\"causes\":[3]},\"message\":\"m\"}", "m"),
        ])
    func foreignBodies(body: String, message: String) async throws {
        let error = try #require(await refusal(Response(status: .badGateway, body: .string(body))))
        #expect(error.code == 502)
        #expect(error.message == message)
    }

    @Test("bytes that are no text, and pages without end, do not break the error")
    func hostileBodies() async throws {
        let bytes = try #require(await refusal(Response(status: .badGateway, body: .bytes([0xFF, 0xFE, 0x00, 0x20]))))
        #expect(bytes.code == 502)
        let endless = Response(
            status: .badGateway, body: .stream(ByteStream(pulling: { [UInt8](repeating: 65, count: 65536) })))
        #expect(try #require(await refusal(endless)).code == 502)
        let broken = try #require(
            await refusal(Response(status: .unauthorized, body: Response.stream([], then: .broken).body)))
        #expect(broken.isUnauthorized)
    }

    @Test("a yes without a document is an error that names the request", arguments: ["<html>sign in</html>", "[]", ""])
    func noDocument(body: String) async throws {
        let error = try #require(await refusal(Response(status: .ok, body: .string(body))))
        #expect(error.reason == "NotADocument")
        #expect(error.message.contains("GET /api/v1/namespaces/demo/configmaps/a"))
    }

    @Test("a refused stream is a refusal before it begins")
    func stream() async throws {
        let api = KubernetesClient(ScriptedTransport([.refusal(403, "Forbidden")]))
        await #expect { try await api.stream(for: APIRequest(.get, "/api/v1/pods")) } throws: {
            ($0 as? KubernetesError)?.isForbidden == true
        }
    }

    @Test("a transport's own error passes as it is")
    func transportError() async throws {
        let api = KubernetesClient(ScriptedTransport([]))
        await #expect(throws: TransportError.self) { try await api.get(ConfigMap.self, "a", in: "demo") }
    }
}
