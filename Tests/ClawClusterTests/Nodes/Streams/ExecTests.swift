import ClawBase
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@testable import ClawCluster

@Suite("exec, attach and port-forward on a process node", .serialized, .timeLimit(.minutes(10)))
struct ExecTests {
    private static func withPod(
        _ container: Container = NodeFixture.shell("exec sleep 600", env: [EnvVar(name: "WHO", value: "ada")]),
        volumes: [Volume] = [], _ body: @escaping @Sendable (NodeFixture) async throws -> Void
    ) async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [container], volumes: volumes)
            try await fixture.waitFor("web") { $0.isReadyPod }
            try await body(fixture)
        }
    }

    @Test("a command has the container's variables and directory; both outputs and the exit code come back")
    func command() async throws {
        try await Self.withPod { fixture in
            let result = try await fixture.api.run(
                "web", ["sh", "-c", "echo hello $WHO; echo bad >&2; exit 3"], in: "default")
            #expect(result.output == "hello ada\n")
            #expect(result.errors == "bad\n")
            #expect(result.outcome.exitCode == 3)
        }
    }

    @Test("a command reads its input to the end, whatever its size")
    func input() async throws {
        try await Self.withPod { fixture in
            let input = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 17) }
            let result = try await fixture.api.run("web", ["cat"], in: "default", input: input)
            #expect(result.standardOutput == input)
            #expect(result.outcome.isSuccess)
        }
    }

    @Test("mount paths mean the volume's directory in a command's arguments too")
    func mounts() async throws {
        let container = NodeFixture.shell(
            "echo kept > \"$CLAW_VOLUME_DATA/file\"; exec sleep 600", mounts: [VolumeMount(name: "data", mountPath: "/data")])
        try await Self.withPod(container, volumes: [Volume(name: "data", emptyDir: EmptyDirVolumeSource())]) { fixture in
            let result = try await fixture.api.exec("web", ["sh", "-c", "until cat \"$0\"; do :; done", "/data/file"], in: "default") {
                session -> String in
                var text = ""
                while let output = try await session.next() {
                    if case .standardOutput(let bytes) = output { text += String(decoding: bytes, as: UTF8.self) }
                }
                return text
            }
            #expect(result == "kept\n")
        }
    }

    @Test("in a terminal a command sees it, its size, and the interrupt key")
    func terminal() async throws {
        try await Self.withPod { fixture in
            try await fixture.api.exec(
                "web", ["sh", "-c", "trap 'echo caught; exit 5' INT; tty; stty size; while :; do sleep 0.05; done"],
                in: "default", input: true, terminal: TerminalSize(columns: 97, rows: 31)
            ) { session in
                var text = ""
                var isInterrupted = false
                while let output = try await session.next() {
                    guard case .standardOutput(let bytes) = output else { continue }
                    text += String(decoding: bytes, as: UTF8.self)
                    // A line in a terminal ends in CR LF.
                    if text.split(whereSeparator: \.isNewline).count >= 2, !isInterrupted {
                        isInterrupted = true
                        try await session.write([3])
                    }
                }
                #expect(text.hasPrefix("/dev/pts/"))
                #expect(text.contains("caught"))
                #expect(try await session.end().exitCode == 5)
            }
        }
    }

    @Test("a client that leaves takes its command along")
    func leaves() async throws {
        try await Self.withPod { fixture in
            let pid = try await fixture.api.exec("web", ["sh", "-c", "echo $$; exec sleep 600"], in: "default") { session in
                guard case .standardOutput(let bytes)? = try await session.next() else { return Int32(0) }
                return Int32(String(decoding: bytes, as: UTF8.self).filter(\.isNumber)) ?? 0
            }
            #expect(pid > 1)
            try await NodeFixture.eventually("the command is gone") { !NodeFixture.isAlive(pid) }
        }
    }

    @Test("what cannot be run is told, with the reason")
    func refused() async throws {
        try await Self.withPod { fixture in
            let missing = await #expect(throws: KubernetesError.self) {
                try await fixture.api.run("web", ["no-such-command"], in: "default")
            }
            #expect(missing?.message.contains("executable file not found") == true)
            let absent = await #expect(throws: KubernetesError.self) { try await fixture.api.run("absent", ["ls"], in: "default") }
            #expect(absent?.isNotFound == true)
            await #expect(throws: KubernetesError.self) {
                try await fixture.api.run("web", ["ls"], in: "default", container: "other")
            }
            await #expect(throws: KubernetesError.self) { try await fixture.api.run("web", [], in: "default") }
        }
    }

    @Test("who attaches sees what the container says from then on, and writes to its input")
    func attach() async throws {
        var container = NodeFixture.shell("while read line; do echo \"got $line\"; done")
        container.stdin = true
        try await Self.withPod(container) { fixture in
            try await fixture.api.attach("web", in: "default", input: true) { session in
                try await session.write("one\n")
                #expect(try await session.next() == .standardOutput(Array("got one\n".utf8)))
                try await session.write("two\n")
                #expect(try await session.next() == .standardOutput(Array("got two\n".utf8)))
            }
            // Another client joins the same process.
            try await fixture.api.attach("web", in: "default", input: true) { session in
                try await session.write("three\n")
                #expect(try await session.next() == .standardOutput(Array("got three\n".utf8)))
            }
        }
    }

    private static func server() -> Container {
        var container = NodeFixture.shell(
            #"exec python3 -c 'import os,socketserver"# + "\n"
                + #"class H(socketserver.StreamRequestHandler):"# + "\n"
                + #"  def handle(self):"# + "\n"
                + #"    for l in self.rfile: self.wfile.write(b"got "+l)"# + "\n"
                + #"socketserver.ThreadingTCPServer(("127.0.0.1",int(os.environ["PORT"])),H).serve_forever()'"#)
        container.ports = [ContainerPort(containerPort: 7000)]
        container.readinessProbe = Probe(periodSeconds: 1, tcpSocket: TCPSocketAction(port: .int(7000)))
        return container
    }

    private static func ask(_ channel: any ByteChannel, _ word: String) async throws -> String {
        try await channel.write(Array("\(word)\n".utf8))
        var text = ""
        while !text.hasSuffix("\n"), let bytes = try await channel.read() { text += String(decoding: bytes, as: UTF8.self) }
        return text
    }

    @Test(
        "a declared port is reached through the API, and through a port of this machine",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"))
    func portForward() async throws {
        try await Self.withPod(Self.server()) { fixture in
            try await fixture.api.connect(toPod: "web", port: 7000, in: "default") { channel in
                let first = try await Self.ask(channel, "a")
                let second = try await Self.ask(channel, "b")
                #expect(first == "got a\n")
                #expect(second == "got b\n")
            }
            try await fixture.api.withPortForward(pod: "web", port: 7000, in: "default") { port in
                for word in ["c", "d"] {
                    let channel = try await LoopbackSocket.connect(port)
                    #expect(try await Self.ask(channel, word) == "got \(word)\n")
                    channel.close()
                }
            }
        }
    }

    @Test("a port the pod does not declare is refused: the machine's loopback is not the pod's")
    func undeclared() async throws {
        try await Self.withPod { fixture in
            let error = await #expect(throws: TransportError.self) {
                try await fixture.api.connect(toPod: "web", port: 22, in: "default") { _ = try await $0.read() }
            }
            #expect(error?.message.contains("declares no port 22") == true)
        }
    }
}
