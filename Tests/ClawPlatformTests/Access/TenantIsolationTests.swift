import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes
import Testing

/// Tenant `acme` has project `demo`, tenant `other` has project `theirs` with the same things in it. Whatever somebody of
/// `acme` asks about `theirs` must be answered as if there were no such thing.
@Suite("A tenant's things are nobody else's to know")
struct TenantIsolationTests {
    /// Names that mean the same to whoever may not know which of them exist.
    private static let pairs = [
        ("theirs", "nowhere"), ("other", "nobodys"), ("sam", "nil"), ("agent", "ghost"),
    ]

    private func withTenants(
        _ body: @escaping @Sendable (TestPlatform, [Secret<String>], _ operation: String, _ key: String) async throws -> Void
    ) async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("vera", "viewer")])
            _ = await platform.call(.post, "/api/v1/tenants", ["name": "other"])
            _ = await platform.call(.post, "/api/v1/projects", ["name": "theirs", "tenant": "other"])
            let sam = await platform.call(
                .post, "/api/v1/users", ["name": "sam", "project": "theirs", "role": "owner"])
            let token = sam.json["token"]?.string.map { Secret($0) }
            let begun = await platform.call(
                .post, "/api/v1/projects/theirs/runtimes", ["name": "agent"], as: token)
            let key = await platform.call(.post, "/api/v1/keys", ["label": "theirs", "project": "theirs"])
            for policy in ["tenant.other", "project.theirs"] {
                _ = await platform.call(.put, "/api/v1/policies/\(policy)", ["rules": ["security": "baseline"]])
            }
            try await platform.cluster.client.makeThings(in: "theirs")
            try await body(
                platform, tokens.values.map { $0 },
                try #require(begun.json["operation"]?["id"]?.string), try #require(key.json["id"]?.string))
        }
    }

    @Test("the control plane and the proxy answer about them as about what does not exist, on every route")
    func controlPlane() async throws {
        try await withTenants { platform, tokens, operation, key in
            let paths = await platform.call(.get, "/openapi.json").json["paths"]?.object ?? [:]
            let names = ["tenant": "other", "project": "theirs", "runtime": "agent", "user": "sam"]
            var calls: [(method: HTTPRequest.Method, path: String)] = [
                (.get, "/r/theirs/agent/"), (.get, "/api/v1/operations?target=runtime/theirs/agent"),
                (.get, "/api/v1/limits?holder=project/theirs"), (.get, "/api/v1/limits?holder=user/sam"),
                (.get, "/api/v1/limits?holder=runtime/theirs/agent"), (.get, "/api/v1/keys?user=sam"),
            ]
            for dimension in ["tenant=other", "project=theirs", "user=sam", "project=theirs&user=sam"] {
                for part in ["", "/rows", "/export"] { calls.append((.get, "/api/v1/usage\(part)?\(dimension)")) }
            }
            for (pattern, methods) in paths {
                for method in methods.object?.names ?? [] {
                    guard let method = HTTPRequest.Method(method.uppercased()) else { continue }
                    for policy in ["tenant.other", "project.theirs", "user.theirs.sam"] {
                        var path = pattern
                        for (name, value) in names { path = path.replacingOccurrences(of: "{\(name)}", with: value) }
                        path = path.replacingOccurrences(of: "{policy}", with: policy)
                        let isNamed = names.values.contains { path.contains("/\($0)") } || path.contains(policy)
                        if isNamed, !path.contains("{"), !calls.contains(where: { $0 == (method, path) }) {
                            calls.append((method, path))
                        }
                    }
                }
            }
            #expect(calls.count > 40)
            for token in tokens {
                for (method, path) in calls {
                    let there = await platform.call(method, path, [:], as: token)
                    let nowhere = await platform.call(method, Self.renamed(path), [:], as: token)
                    let what = "\(method) \(path): \(there.status) \(there.text) but \(nowhere.status) \(nowhere.text)"
                    #expect(there.status.code >= 400 && there.status.code < 500, "\(what)")
                    #expect(there.status == nowhere.status, "\(what)")
                    #expect(Self.renamed(there.text) == Self.renamed(nowhere.text), "\(what)")
                }
                for (path, id) in [("operations", operation), ("keys", key)] {
                    let fake = String(repeating: "0", count: id.count)
                    let there = await platform.call(.get, "/api/v1/\(path)/\(id)", as: token)
                    let nowhere = await platform.call(.get, "/api/v1/\(path)/\(fake)", as: token)
                    #expect(there.status == nowhere.status)
                    #expect(there.text.replacingOccurrences(of: id, with: fake) == nowhere.text)
                }
                // Lists have nothing of it.
                for path in ["projects", "operations", "keys", "me"] {
                    let list = await platform.call(.get, "/api/v1/\(path)", as: token)
                    #expect(list.status == .ok && !list.text.contains("theirs"), "\(path): \(list.text)")
                }
            }
        }
    }

    @Test("the cluster's API gives nothing away to the users and service accounts of another project, of any kind")
    func cluster() async throws {
        try await withTenants { platform, _, _, _ in
            let client = platform.cluster.client
            let users = [
                client.impersonating(user: "clawkit:ada", groups: ["system:authenticated"]),
                client.impersonating(
                    user: "system:serviceaccount:demo:project",
                    groups: ["system:serviceaccounts", "system:serviceaccounts:demo", "system:authenticated"]),
            ]
            let kinds = ResourceCatalogue.kubernetes.resources.filter { $0.verbs.contains("list") }.map(\.type)
                + ClawGroup.kinds.map { $0.type }
            #expect(kinds.count > 60)
            for user in users {
                for kind in kinds {
                    let namespaces = kind.isNamespaced ? ["theirs", "nowhere"] : [nil]
                    var refusals: [String] = []
                    for namespace in namespaces {
                        refusals.append(
                            try await Self.refusal {
                                _ = try await user.list(DynamicObject.self, of: kind, in: namespace)
                            })
                        refusals.append(
                            try await Self.refusal {
                                _ = try await user.get(DynamicObject.self, of: kind, "thing", in: namespace)
                            })
                        refusals.append(
                            try await Self.refusal {
                                try await user.delete(DynamicObject.self, of: kind, "thing", in: namespace)
                            })
                    }
                    #expect(refusals.allSatisfy { $0.hasPrefix("403") }, "\(kind.kind): \(refusals)")
                    let half = refusals.count / 2
                    if kind.isNamespaced {
                        #expect(refusals[..<half].map(Self.renamed) == refusals[half...].map(Self.renamed), "\(kind.kind)")
                    }
                }
                let created = try await Self.refusal {
                    _ = try await user.create(ConfigMap(metadata: ObjectMeta(name: "mine", namespace: "theirs")))
                }
                #expect(created.hasPrefix("403"))
            }
        }
    }

    /// The status and message; empty where there was no refusal.
    private static func refusal(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
            return ""
        } catch let error as KubernetesError {
            return "\(error.code) \(error.message)"
        }
    }

    private static func renamed(_ text: String) -> String {
        pairs.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }
}

extension KubernetesClient {
    /// Some objects called `thing`.
    fileprivate func makeThings(in namespace: String) async throws {
        _ = try await create(ConfigMap(metadata: ObjectMeta(name: "thing", namespace: namespace)))
        _ = try await create(KubernetesSecret(metadata: ObjectMeta(name: "thing", namespace: namespace)))
    }
}
