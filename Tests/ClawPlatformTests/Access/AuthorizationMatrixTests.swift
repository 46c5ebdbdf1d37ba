import ClawBase
import ClawDocuments
import ClawResources
import Foundation
import HTTPTypes
import Testing

@testable import ClawPlatform

/// Every route of the API against everybody who may come: what `/openapi.json` tells and this table does not is a
/// failure, so that no new route can be forgotten.
@Suite("Who may call what")
struct AuthorizationMatrixTests {
    /// From those who may least.
    enum Caller: Int, CaseIterable, Sendable, Comparable {
        case anonymous, stranger, viewer, developer, manager, owner, administrator

        static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// A route, whom it is for, and a body with which it does something.
    struct Row: Sendable {
        let method: HTTPRequest.Method
        let pattern: String
        /// The one who may least of those who may.
        let least: Caller
        let body: JSON?
        let query: String

        init(_ route: String, _ least: Caller, _ body: JSON? = nil, query: String = "") {
            let parts = route.split(separator: " ").map(String.init)
            method = HTTPRequest.Method(parts[0]) ?? .get
            (pattern, self.least, self.body, self.query) = (parts[1], least, body, query)
        }

        var name: String { "\(method) \(pattern)" }
    }

    /// In the order in which they are called: what takes something away comes after what needs it.
    static let groups: [[Row]] = [
        [
            Row("GET /healthz", .anonymous), Row("GET /readyz", .anonymous), Row("GET /metrics", .anonymous),
            Row("GET /api/v1/me", .stranger), Row("DELETE /api/v1/sessions", .anonymous),
            Row("POST /api/v1/me/tokens", .stranger, ["label": "laptop"]), Row("GET /api/v1/me/tokens", .stranger),
            Row("PUT /api/v1/me/password", .stranger, ["new": "a long walk by the sea"]),
            Row("POST /api/v1/sessions/rotate-keys", .administrator),
        ],
        [
            Row("GET /api/v1/tenants", .administrator), Row("POST /api/v1/tenants", .administrator, ["name": "new"]),
            Row("GET /api/v1/tenants/{tenant}", .administrator),
            Row("PATCH /api/v1/tenants/{tenant}", .administrator, ["displayName": "Acme"]),
            Row("POST /api/v1/tenants/{tenant}/suspend", .administrator),
            Row("POST /api/v1/tenants/{tenant}/resume", .administrator),
            Row("DELETE /api/v1/tenants/{tenant}", .administrator, query: "?graceSeconds=86400"),
        ],
        [
            Row("POST /api/v1/projects", .administrator, ["name": "new", "tenant": "acme"]),
            Row("GET /api/v1/projects", .stranger), Row("GET /api/v1/projects/{project}", .viewer),
            Row("PATCH /api/v1/projects/{project}", .owner, ["displayName": "Demo"]),
            Row("GET /api/v1/projects/{project}/members", .viewer),
            Row("PUT /api/v1/projects/{project}/members/{user}", .owner, ["role": "viewer"]),
            Row("DELETE /api/v1/projects/{project}/members/{user}", .owner),
            Row("GET /api/v1/policies", .administrator),
            Row("PUT /api/v1/policies/{policy}", .manager, ["rules": ["security": "baseline"]]),
            Row("GET /api/v1/policies/{policy}", .viewer), Row("GET /api/v1/projects/{project}/policy", .viewer),
            Row("DELETE /api/v1/policies/{policy}", .manager),
            Row("DELETE /api/v1/projects/{project}", .administrator),
        ],
        [
            Row("GET /api/v1/projects/{project}/runtimes", .viewer),
            Row("POST /api/v1/projects/{project}/runtimes", .developer, ["name": "another"]),
            Row("GET /api/v1/projects/{project}/runtimes/{runtime}", .viewer),
            Row("GET /api/v1/projects/{project}/runtimes/{runtime}/environment", .viewer),
            Row("PATCH /api/v1/projects/{project}/runtimes/{runtime}", .manager, ["wake": ["holdSeconds": 5]]),
        ] + ["start", "suspend", "resume", "restart", "recover", "stop"].map {
            Row("POST /api/v1/projects/{project}/runtimes/{runtime}/\($0)", .manager)
        } + [
            Row("GET /api/v1/operations", .stranger), Row("GET /api/v1/operations/{operation}", .viewer),
            Row("GET /api/v1/operations/{operation}/events", .viewer),
            Row("DELETE /api/v1/projects/{project}/runtimes/{runtime}", .manager),
        ],
        [
            Row("GET /api/v1/projects/{project}/routes", .viewer),
            Row(
                "POST /api/v1/projects/{project}/routes", .manager,
                ["name": "new", "host": "new.example.org", "service": "web", "port": 80]),
            Row("GET /api/v1/projects/{project}/routes/{route}", .viewer),
            Row("DELETE /api/v1/projects/{project}/routes/{route}", .manager),
        ],
        [
            Row("GET /api/v1/projects/{project}/pools", .viewer),
            Row("PUT /api/v1/projects/{project}/pools/{pool}", .manager, ["size": 2]),
            Row("GET /api/v1/projects/{project}/pools/{pool}", .viewer),
            Row("DELETE /api/v1/projects/{project}/pools/{pool}", .manager),
        ],
        [
            Row("GET /api/v1/projects/{project}/checkpoints", .viewer),
            Row(
                "POST /api/v1/projects/{project}/checkpoints", .manager, ["name": "new", "runtime": "agent"]),
            Row("GET /api/v1/projects/{project}/checkpoints/{checkpoint}", .viewer),
            Row("POST /api/v1/projects/{project}/checkpoints/{checkpoint}/restore", .manager),
            Row("DELETE /api/v1/projects/{project}/checkpoints/{checkpoint}", .manager),
        ],
        [
            Row("GET /api/v1/users", .administrator),
            Row("POST /api/v1/users", .administrator, ["name": "new"]),
            Row("PATCH /api/v1/users/{user}", .administrator, ["displayName": "Another"]),
            Row("PUT /api/v1/users/{user}/password", .administrator, [:]),
            Row("DELETE /api/v1/users/{user}/password", .administrator),
            Row("GET /api/v1/users/{user}/tokens", .administrator),
            Row("POST /api/v1/users/{user}/identities", .administrator, ["issuer": "https://id.test", "subject": "s"]),
            Row("GET /api/v1/users/{user}/identities", .administrator),
            Row(
                "DELETE /api/v1/users/{user}/identities", .administrator,
                query: "?issuer=https%3A%2F%2Fid.test&subject=s"),
            Row("DELETE /api/v1/users/{user}/tokens/{token}", .administrator),
            Row("GET /api/v1/invitations", .administrator),
            Row("POST /api/v1/invitations", .administrator, ["invitee": "eve@acme.test"]),
            Row("DELETE /api/v1/invitations/{invitation}", .administrator),
            Row("DELETE /api/v1/users/{user}", .administrator),
        ],
        [
            Row("GET /api/v1/capacity", .administrator), Row("GET /api/v1/capacity/{capacity}", .administrator),
            Row("POST /api/v1/capacity", .administrator, ["name": "new", "endpoint": "https://edge.example.org"]),
            Row("PATCH /api/v1/capacity/{capacity}", .administrator, ["drain": true]),
            Row("POST /api/v1/capacity/{capacity}/enrolment", .administrator),
            Row("POST /api/v1/capacity/{capacity}/revoke", .administrator),
            Row("DELETE /api/v1/capacity/{capacity}", .administrator),
        ],
        [
            Row("GET /api/v1/usage", .viewer, query: "?project=demo"),
            Row("GET /api/v1/usage/rows", .viewer, query: "?project=demo"),
            Row("GET /api/v1/usage/export", .viewer, query: "?project=demo"),
            Row("GET /api/v1/limits", .viewer, query: "?holder=project/demo"),
            Row("PUT /api/v1/limits", .administrator, ["holder": "project/demo", "name": "month", "cost": "5"]),
            Row("DELETE /api/v1/limits", .administrator, query: "?id=project/demo%23month"),
            Row("POST /api/v1/keys", .administrator, ["label": "ci", "project": "demo"]),
            Row("GET /api/v1/keys", .stranger), Row("GET /api/v1/keys/{key}", .administrator),
            Row("DELETE /api/v1/keys/{key}", .administrator),
        ],
    ]

    /// Told about, and proven elsewhere: they answer by what the call itself presents, or need a state of their own.
    static let elsewhere: Set<String> = [
        // Sign-in and invitations: by the token in the body (SessionRouteTests, InvitationRouteTests).
        "POST /api/v1/sessions", "POST /api/v1/invitations/accept",
        // By the token in the body (CapacityRouteTests).
        "POST /api/v1/capacity/{capacity}/enrol", "POST /api/v1/capacity/{capacity}/heartbeat",
        // By the token of a pod (BundleRouteTests).
        "GET /api/v1/runtime-bundle",
        // By the session and the host asked for (AccessCheckTests).
        "GET /api/v1/access/check", "GET /api/v1/access/nginx",
        // By whose runtime it is, where its program runs (VolumeTests).
        "GET /api/v1/projects/{project}/runtimes/{runtime}/volume",
        "PUT /api/v1/projects/{project}/runtimes/{runtime}/volume",
        // Of one's own and of administrators (OperationRoutes, UserRoutes: UserTests).
        "POST /api/v1/operations/{operation}/cancel", "POST /api/v1/operations/{operation}/settle",
        "GET /api/v1/users/{user}", "POST /api/v1/users/{user}/tokens", "DELETE /api/v1/me/tokens/{token}",
    ]

    @Test("each route that the API tells of is in the table, and no other")
    func complete() async throws {
        try await withPlatform { platform in
            let paths = await platform.call(.get, "/openapi.json").json["paths"]?.object ?? [:]
            var told: Set<String> = []
            for (path, methods) in paths {
                for method in methods.object?.names ?? [] where method != "parameters" {
                    told.insert("\(method.uppercased()) \(path)")
                }
            }
            let known = Set(Self.groups.joined().map(\.name)).union(Self.elsewhere)
            #expect(told.subtracting(known).isEmpty, "say whom they are for: \(told.subtracting(known).sorted())")
            #expect(known.subtracting(told).isEmpty, "there are none such: \(known.subtracting(told).sorted())")
        }
    }

    @Test("who may, may; who may not learns nothing", arguments: groups.indices)
    func matrix(group: Int) async throws {
        try await withPlatform { platform in
            let fixture = try await Fixture(platform)
            for row in Self.groups[group] {
                let path = try fixture.path(of: row)
                var isFirst = true
                for caller in Caller.allCases {
                    let answer = await platform.call(row.method, path, row.body, as: fixture.tokens[caller])
                    let status = answer.status
                    let what = "\(row.name) as \(caller): \(status) \(answer.text.prefix(200))"
                    if caller < row.least {
                        let refusals: Set<Int> = caller == .anonymous ? [401] : [403, 404]
                        #expect(refusals.contains(status.code), "\(what)")
                        #expect(!answer.text.contains("demo-secret"), "\(what)")
                    } else if isFirst {
                        // Those that come after find it done; of several verbs on one thing one comes first.
                        #expect((200..<400).contains(status.code) || status == .conflict, "\(what)")
                        isFirst = false
                    } else {
                        #expect(![401, 403].contains(status.code) && status.code < 500, "\(what)")
                    }
                }
            }
        }
    }

    /// Tenant `acme` with project `demo` and one member of each role, tenant `other` with a project of the stranger.
    private struct Fixture {
        var tokens: [Caller: Secret<String>]
        private var parameters: [String: String] = [
            "tenant": "acme", "project": "demo", "policy": "project.demo", "runtime": "agent", "user": "leaver",
            "route": "shop", "checkpoint": "kept", "pool": "warm", "capacity": "edge",
        ]

        init(_ platform: TestPlatform) async throws {
            let members = try await platform.prepareDemo([
                ("olga", "owner"), ("mia", "manager"), ("dev", "developer"), ("vera", "viewer"), ("wanda", "owner"),
            ])
            _ = await platform.call(.post, "/api/v1/tenants", ["name": "other"])
            _ = await platform.call(.post, "/api/v1/projects", ["name": "theirs", "tenant": "other"])
            let stranger = await platform.call(
                .post, "/api/v1/users", ["name": "sam", "project": "theirs", "role": "owner"])
            _ = await platform.call(.post, "/api/v1/users", ["name": "leaver"])
            let leaver = await platform.call(.get, "/api/v1/users/leaver/tokens")
            parameters["token"] = leaver.json["items"]?.array?.first?["id"]?.string
            tokens = [
                .administrator: platform.administrator, .owner: members["olga"], .manager: members["mia"],
                .developer: members["dev"], .viewer: members["vera"],
                .stranger: stranger.json["token"]?.string.map { Secret($0) },
            ].compactMapValues(\.self)
            // Another owner's: neither the viewer's, nor the developer's own.
            let created = await platform.call(
                .post, "/api/v1/projects/demo/runtimes", ["name": "agent"], as: members["wanda"])
            parameters["operation"] = created.json["operation"]?["id"]?.string
            _ = await platform.call(
                .post, "/api/v1/projects/demo/routes",
                ["name": "shop", "host": "demo-secret.example.org", "service": "web", "port": 80])
            _ = await platform.call(
                .post, "/api/v1/projects/demo/checkpoints", ["name": "kept", "runtime": "agent", "secretName": "demo-secret"])
            _ = await platform.call(
                .post, "/api/v1/capacity", ["name": "edge", "endpoint": "https://demo-secret.example.org"])
            _ = await platform.call(.put, "/api/v1/projects/demo/pools/warm", ["template": "demo-secret"])
            let key = await platform.call(.post, "/api/v1/keys", ["label": "demo-secret", "project": "demo"])
            parameters["key"] = key.json["id"]?.string
            let invitation = await platform.call(.post, "/api/v1/invitations", ["invitee": "demo-secret@acme.test"])
            parameters["invitation"] = invitation.json["id"]?.string ?? invitation.json["invitation"]?["id"]?.string
        }

        func path(of row: Row) throws -> String {
            var path = row.pattern
            for (name, value) in parameters { path = path.replacingOccurrences(of: "{\(name)}", with: value) }
            guard !path.contains("{") else { throw Finding(.internalError, "The fixture has nothing for \(path).") }
            return path + row.query
        }
    }
}
