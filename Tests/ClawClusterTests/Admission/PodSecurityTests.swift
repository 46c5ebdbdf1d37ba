import ClawBase
import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Admission: pod security")
struct PodSecurityTests {
    private func secured(_ labels: JSONObject, _ body: @Sendable (EmbeddedCluster) async throws -> Void) async throws {
        let cluster = try await EmbeddedCluster()
        let made = try await cluster.raw(.post, "/api/v1/namespaces", ["metadata": ["name": "safe", "labels": .object(labels)]])
        #expect(made.code == 201)
        try await body(cluster)
    }

    private static let pods = "/api/v1/namespaces/safe/pods"

    @Test(
        "a pod below the level is refused with what breaks it",
        arguments: [
            ("baseline", ["hostNetwork": true, "hostPID": true], [:],
             "host namespaces (hostNetwork=true, hostPID=true)"),
            ("baseline", [:], ["securityContext": ["privileged": true]],
             "privileged (container \"c\" must not set securityContext.privileged=true)"),
            ("baseline", [:], ["securityContext": ["capabilities": ["add": ["NET_RAW", "CHOWN"]]]],
             "non-default capabilities (container \"c\" must not include \"NET_RAW\" in securityContext.capabilities.add)"),
            ("baseline", ["volumes": [["name": "h", "hostPath": ["path": "/"]]]], [:], "hostPath volumes (volume \"h\")"),
            ("baseline", [:], ["ports": [["containerPort": 80, "hostPort": 80], ["containerPort": 81, "hostPort": 81]]],
             "hostPort (container \"c\" uses hostPorts 80, 81)"),
            ("baseline", ["securityContext": ["seccompProfile": ["type": "Unconfined"]]], [:],
             "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")"),
            ("baseline", ["securityContext": ["sysctls": [["name": "kernel.msgmax", "value": "1"]]]], [:],
             "forbidden sysctls (kernel.msgmax)"),
            ("baseline", ["securityContext": ["seLinuxOptions": ["type": "spc_t", "user": "u"]]], [:],
             "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set)"),
        ] as [(String, JSONObject, JSONObject, String)])
    func refusal(level: String, spec: JSONObject, container: JSONObject, violation: String) async throws {
        try await secured(["pod-security.kubernetes.io/enforce": .string(level)]) { cluster in
            var members: JSONObject = ["name": "c", "image": "x"]
            for (name, value) in container { members[name] = value }
            var all = spec
            all["containers"] = [.object(members)]
            let answer = try await cluster.raw(.post, Self.pods, ["metadata": ["name": "p"], "spec": .object(all)])
            #expect(answer.code == 403)
            #expect(answer.message == "pods \"p\" is forbidden: violates PodSecurity \"\(level):latest\": \(violation)")
        }
    }

    @Test("an older version of the standard is held to its own rules")
    func version() async throws {
        let labels: JSONObject = [
            "pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/enforce-version": "v1.26",
        ]
        try await secured(labels) { cluster in
            let reserved: JSON = ["name": "net.ipv4.ip_local_reserved_ports", "value": "1"]
            var wanted = pod()
            guard var object = wanted.object, var spec = object["spec"]?.object else { return }
            spec["securityContext"] = ["sysctls": [reserved]]
            object["spec"] = .object(spec)
            wanted = .object(object)
            let answer = try await cluster.raw(.post, Self.pods, wanted)
            #expect(answer.message?.contains("baseline:v1.26") == true)
            let newer: JSON = ["metadata": ["labels": ["pod-security.kubernetes.io/enforce-version": "latest"]]]
            _ = try await cluster.raw(.patch, "/api/v1/namespaces/safe", newer, type: "application/merge-patch+json")
            let accepted = try await cluster.raw(.post, Self.pods, wanted)
            #expect(accepted.code == 201)
        }
    }

    @Test("a level that does not exist is refused; a stricter one tells which pods would not be taken any more")
    func labels() async throws {
        try await secured([:]) { cluster in
            let path = "/api/v1/namespaces/safe"
            for name in ["a", "b"] {
                var wanted = podWith(["securityContext": ["privileged": true]])
                if case .object(var object) = wanted {
                    object["metadata"] = ["name": .string(name)]
                    wanted = .object(object)
                }
                let made = try await cluster.raw(.post, Self.pods, wanted)
                #expect(made.code == 201)
            }
            func labelled(_ level: JSON) -> JSON { ["metadata": ["labels": ["pod-security.kubernetes.io/enforce": level]]] }
            let merge = "application/merge-patch+json"
            let unknown = try await cluster.raw(.patch, path, labelled("paranoid"), type: merge)
            #expect(unknown.code == 422)
            let response = try await cluster.transport.send(
                .init(.patch, "https://cluster.test\(path)", headers: [.contentType: merge],
                      body: .bytes(labelled("baseline").bytes())))
            let warnings = response.headers.filter { $0.name.canonicalName == "warning" }.map(\.value)
            #expect(warnings == [
                #"299 - "existing pods in namespace \"safe\" violate the new PodSecurity enforce level \"baseline:latest\"""#,
                #"299 - "a (and 1 other pod): privileged""#,
            ])
        }
    }
}
