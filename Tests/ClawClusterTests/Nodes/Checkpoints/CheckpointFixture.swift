import ClawBase
import ClawKubernetes
import ClawModels
import Foundation
import HTTPTypes
import Testing

@testable import ClawCluster

/// Whether processes can be checkpointed on this machine.
enum CheckpointMachine {
    static let mend: Comment = "needs CRIU and root: Scripts/setup-criu.sh builds it"

    static func works() async -> Bool {
        (try? await CRIU.find(nil, searchPath: ProcessInfo.processInfo.environment["PATH"])) != nil
    }
}

extension NodeFixture {
    /// A server that counts its requests in memory, says so in its log and keeps a file open.
    static func counter(env: [EnvVar] = [], mounts: [VolumeMount] = []) -> Container {
        let server = """
            import http.server, os
            count = 0
            notes = open('notes', 'a', buffering=1)
            class H(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    global count
                    if self.path == '/count':
                        count += 1
                        print('request', count, flush=True)
                        notes.write('%d\\n' % count)
                    text = str(count).encode()
                    self.send_response(200)
                    self.send_header('Content-Length', str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                def log_message(self, *a): pass
            http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()
            """
        return Container(
            name: "main", image: "counter:1", command: ["python3", "-c", server],
            ports: [ContainerPort(containerPort: 8080, name: "http")], env: env, volumeMounts: mounts,
            readinessProbe: Probe(httpGet: HTTPGetAction(port: "http", path: "/"), periodSeconds: 1))
    }

    /// What the server of that pod answers.
    func ask(_ pod: String, _ path: String = "/count") async throws -> String {
        let found = try await api.get(Pod.self, pod, in: "default")
        let port = try #require(PodEndpoint.ports(of: found)["http"])
        let transport = CurlTransport()
        let response = try await SystemTime().withDeadline(.seconds(60), "the answer of \(pod)") {
            try await transport.send(Request(.get, "http://127.0.0.1:\(port)\(path)"))
        }
        let text = String(decoding: try await response.body.collect(limit: 1 << 16), as: UTF8.self)
        await transport.shutdown()
        return text
    }

    /// The checkpoint's file name.
    func checkpoint(_ pod: String, _ query: String = "timeout=120") async throws -> String {
        let answer = try await callNode(.post, "checkpoint/default/\(pod)/main?\(query)")
        #expect(answer.code == 200, "\(answer.text)")
        let path = try #require(answer.json["items"]?[0]?.string)
        #expect(path.hasPrefix("\(root)/checkpoints/checkpoint-\(pod)_default-main-"))
        return String(path.dropFirst("\(root)/checkpoints/".count))
    }

    func callNode(_ method: HTTPRequest.Method, _ path: String) async throws -> RawAnswer {
        try await cluster.raw(method, "/api/v1/nodes/local/proxy/\(path)", nil)
    }

    /// Deletes the pod and starts one of the same declaration from a checkpoint.
    @discardableResult
    func replace(
        _ pod: String, from checkpoint: String, with containers: [Container] = [counter()], volumes: [Volume] = []
    ) async throws -> Pod {
        try await api.delete(Pod.self, pod, in: "default")
        try await api.waitUntilGone(Pod.self, pod, in: "default")
        let restored = try await restore(pod, from: checkpoint, with: containers, volumes: volumes)
        // Between a process' end and its return its number or port may go to anybody on the machine.
        if restored.restored?.code == "E_CHECKPOINT_BUSY" {
            try Test.cancel("something else on this machine has taken a number: \(restored.restored?.message ?? "")")
        }
        return restored
    }

    @discardableResult
    func restore(
        _ pod: String, from checkpoint: String, with containers: [Container] = [counter()], volumes: [Volume] = []
    ) async throws -> Pod {
        try await start(pod, containers, volumes: volumes) {
            $0.annotations[PodRestore.requestAnnotation] = checkpoint
        }
        return try await waitFor(pod) { $0.isReadyPod && $0.restored != nil }
    }
}

extension Pod {
    var restored: PodRestore? { PodRestore.outcomes(of: self)["main"] }
}
