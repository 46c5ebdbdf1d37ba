import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization
import Testing

@testable import claw

@Suite("Invitations")
struct InvitationTests {
    /// What was asked, and by whom.
    private final class Asked: Sendable {
        private let state = Mutex<[(line: String, authorization: String?, body: JSON)]>([])
        var last: (line: String, authorization: String?, body: JSON)? { state.withLock { $0.last } }
        func note(_ request: Request, _ body: JSON) {
            state.withLock {
                $0.append(("\(request.method) \(request.path)", request.headers[.authorization], body))
            }
        }
    }
    private let asked = Asked()
    private let time = VirtualTime(startingAt: Timestamp(rfc3339: "2026-05-06T10:00:00Z") ?? Timestamp(seconds: 0))

    private var bench: Bench {
        var bench = Bench { [asked] request in
            let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
            asked.note(request, body)
            switch (request.method, String(request.path)) {
            case (.post, "/api/v1/invitations"):
                var made = body
                (made["id"], made["token"], made["expiresAt"]) = ("i1", "inv_secret", "2026-05-07T10:00:00Z")
                return Answer.json(made, 201)
            case (.get, "/api/v1/invitations"):
                func invitation(_ id: JSON, _ more: JSONObject) -> JSON {
                    var all: JSONObject = [
                        "id": id, "invitee": "grace", "project": "demo", "role": "viewer", "administrator": false,
                        "expiresAt": "2026-05-07T10:00:00Z",
                    ]
                    for (name, value) in more { all[FieldKey(name)] = value }
                    return .object(all)
                }
                return Answer.json([
                    "items": [
                        invitation("i1", [:]), invitation("i2", ["acceptedBy": "ada"]),
                        invitation("i3", ["revokedAt": "2026-05-06T09:00:00Z"]),
                        invitation("i4", ["expiresAt": "2026-05-06T09:00:00Z", "administrator": true]),
                    ]
                ])
            case (.post, "/api/v1/invitations/accept"):
                return body["token"] == "inv_secret_0123456789"
                    ? Answer.json(["name": body["name"] ?? .null, "token": "claw_new"], 201)
                    : Answer.finding("E_SESSION", "The invitation inv_wrong_0123456789 is not known.", 401)
            case (.delete, _): return Response(status: .noContent)
            default: return Answer.missing
            }
        }
        bench.time = time
        return bench
    }

    @Test("a new one's token stands alone on the last line; what is asked for is what was said")
    func create() async {
        let made = await bench.run("invitation", "create", "grace", "--project", "demo", "--role", "viewer", "--hours", "24")
        #expect(made.status == .ok && made.lines.last == "inv_secret")
        #expect(made.lines.first == "invitation i1 for grace holds until 2026-05-07T10:00:00Z, shown only this once:")
        #expect(asked.last?.body == ["invitee": "grace", "project": "demo", "role": "viewer", "hours": 24])
        let json = await bench.run("invitation", "create", "root", "--administrator", "-o", "json")
        #expect(json.json?["token"] == "inv_secret" && json.json?["administrator"] == true)
        #expect(await bench.run("invitation", "create", "grace", "--role", "viewer").status == .usage)
    }

    @Test("the list tells what became of each")
    func list() async {
        let list = await bench.run("invitation", "list")
        #expect(
            list.out == """
                ID  INVITEE  PROJECT  ROLE           STATE            EXPIRES
                i1  grace    demo     viewer         open             2026-05-07T10:00:00Z
                i2  grace    demo     viewer         accepted by ada  2026-05-07T10:00:00Z
                i3  grace    demo     viewer         taken back       2026-05-07T10:00:00Z
                i4  grace    demo     administrator  expired          2026-05-06T09:00:00Z

                """)
        #expect(await bench.run("invitation", "delete", "i1").out == "invitation i1 deleted\n")
        #expect(asked.last?.line == "DELETE /api/v1/invitations/i1")
    }

    @Test("accepting needs no sign-in, sends none, and repeats no token in what it says of a refusal")
    func accept() async {
        var bench = bench
        bench.files = InMemorySecrets()
        #expect(await bench.run("invitation", "accept", "grace").status == .usage)
        bench.environment["CLAW_INVITATION"] = "inv_secret_0123456789"
        let made = await bench.run("invitation", "accept", "grace", "--display-name", "Grace H.")
        #expect(made.status == .ok && made.lines.last == "claw_new")
        #expect(asked.last?.authorization == nil)
        #expect(asked.last?.body == ["token": "inv_secret_0123456789", "name": "grace", "displayName": "Grace H."])
        let refused = await bench.run("invitation", "accept", "grace", "--invitation", "inv_wrong_0123456789")
        #expect(refused.status == .refused && !refused.error.contains("inv_wrong"))
    }
}
