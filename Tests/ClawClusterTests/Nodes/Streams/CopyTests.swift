import ClawBase
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@testable import ClawCluster

@Suite(
    "copies in and out of a container", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tar"), "needs tar"))
struct CopyTests {
    private static let long = (0..<30).map { "directory\($0)" }.joined(separator: "/")

    /// A pod with a volume at `/data`, and a directory of this machine.
    private static func withPod(
        env: [EnvVar] = [], _ body: @escaping @Sendable (NodeFixture, String) async throws -> Void
    ) async throws {
        try await NodeFixture.run { fixture in
            let local = fixture.root + "-local"
            try FileManager.default.createDirectory(atPath: local, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: local) }
            try await fixture.start(
                "web",
                [
                    NodeFixture.shell(
                        "exec /bin/sleep 600", env: env, mounts: [VolumeMount(name: "data", mountPath: "/data")])
                ], volumes: [Volume(name: "data", emptyDir: EmptyDirVolumeSource())])
            try await fixture.waitFor("web") { $0.isReadyPod }
            try await body(fixture, local)
        }
    }

    private static func shell(_ fixture: NodeFixture, _ script: String, _ argument: String = "/data") async throws
        -> String
    {
        let result = try await fixture.api.run("web", ["sh", "-c", script, argument], in: "default")
        #expect(result.outcome.isSuccess, "\(result.errors)")
        return result.output
    }

    private static func write(_ text: String, to path: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    @Test("a tree goes in and comes back the same: rights, times, links, long names")
    func roundTrip() async throws {
        try await Self.withPod { fixture, local in
            let manager = FileManager.default
            try Self.write("one", to: "\(local)/site/a")
            try Self.write("deep", to: "\(local)/site/\(Self.long)/ü€😀 file")
            try manager.createSymbolicLink(atPath: "\(local)/site/link", withDestinationPath: "a")
            try manager.setAttributes(
                [.posixPermissions: 0o751, .modificationDate: Date(timeIntervalSince1970: 1_600_000_000.25)],
                ofItemAtPath: "\(local)/site/a")
            let sent = try await fixture.api.copy("\(local)/site", toPod: "web", "/data/www/site", in: "default")
            #expect(sent.members == 33 && sent.bytes == 7 && sent.remarks.isEmpty)
            #expect(
                try await Self.shell(fixture, "cat \"$0/link\"; stat -c ' %a %.2Y' \"$0/a\"", "/data/www/site")
                    == "one 751 1600000000.25\n")

            let got = try await fixture.api.copy(fromPod: "web", "/data/www/site", to: "\(local)/back/", in: "default")
            // The directory itself comes along.
            #expect(got.members == 34 && got.bytes == 7)
            #expect(try String(contentsOfFile: "\(local)/back/site/link", encoding: .utf8) == "one")
            #expect(try String(contentsOfFile: "\(local)/back/site/\(Self.long)/ü€😀 file", encoding: .utf8) == "deep")
            let facts = try manager.attributesOfItem(atPath: "\(local)/back/site/a")
            #expect(facts[.posixPermissions] as? Int == 0o751)
            // GNU tar tells whole seconds unless asked.
            #expect((facts[.modificationDate] as? Date)?.timeIntervalSince1970 == 1_600_000_000)
        }
    }

    @Test("one file goes in under a name of its own, and comes back under another; a link that is named is followed")
    func file() async throws {
        try await Self.withPod { fixture, local in
            let content = Data((0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 17 &+ $0 >> 9) })
            try content.write(to: URL(filePath: "\(local)/big"))
            try FileManager.default.createSymbolicLink(atPath: "\(local)/alias", withDestinationPath: "big")
            try await fixture.api.copy("\(local)/alias", toPod: "web", "/data/new", in: "default")
            try await fixture.api.copy("\(local)/big", toPod: "web", "/data/sub/", in: "default")
            #expect(try await Self.shell(fixture, "cmp \"$0/new\" \"$0/sub/big\" && echo same") == "same\n")
            let got = try await fixture.api.copy(
                fromPod: "web", "/data/new", to: "\(local)/deep/er/copy", in: "default")
            #expect(got.bytes == content.count && got.members == 1)
            #expect(try Data(contentsOf: URL(filePath: "\(local)/deep/er/copy")) == content)
            // The mount itself.
            try await fixture.api.copy(fromPod: "web", "/data", to: "\(local)/all", in: "default")
            #expect(Set(try FileManager.default.contentsOfDirectory(atPath: "\(local)/all")) == ["new", "sub"])
            let error = await #expect(throws: Finding.self) {
                try await fixture.api.copy(fromPod: "web", "/data/new", to: "\(local)/all", in: "default")
            }
            #expect(error?.code == .alreadyExists)
        }
    }

    @Test("what leads out of the copy is refused or left out; hard links inside are kept")
    func unsafe() async throws {
        try await Self.withPod { fixture, local in
            _ = try await Self.shell(
                fixture,
                "mkdir \"$0/d\"; echo x > \"$0/d/a\"; ln \"$0/d/a\" \"$0/d/b\"; ln -s /etc/passwd \"$0/d/out\"; mkfifo \"$0/d/p\""
            )
            let error = await #expect(throws: Finding.self) {
                try await fixture.api.copy(fromPod: "web", "/data/d", to: "\(local)/d", in: "default")
            }
            #expect(error?.code == .unsafeArchive)
            #expect(error?.field?.hasPrefix("data/d/") == true)
            let summary = try await fixture.api.copy(
                fromPod: "web", "/data/d", to: "\(local)/d", in: "default", skipsUnsafe: true)
            #expect(Set(summary.remarks.map(\.field)) == ["data/d/out", "data/d/p"])
            #expect(Set(try FileManager.default.contentsOfDirectory(atPath: "\(local)/d")) == ["a", "b"])
            #expect(try String(contentsOfFile: "\(local)/d/b", encoding: .utf8) == "x\n")
            await #expect(throws: Finding.self) {
                try await fixture.api.copy(
                    fromPod: "web", "/data/d/a", to: "\(local)/small", in: "default", limit: 1)
            }
        }
    }

    @Test("what is not there, on either side, is told with its place")
    func missing() async throws {
        try await Self.withPod { fixture, local in
            let away = await #expect(throws: Finding.self) {
                try await fixture.api.copy(fromPod: "web", "/data/none", to: "\(local)/x", in: "default")
            }
            #expect(away?.code == .notFound && away?.field == "web:/data/none")
            #expect(!FileManager.default.fileExists(atPath: "\(local)/x"))
            let here = await #expect(throws: Finding.self) {
                try await fixture.api.copy("\(local)/none", toPod: "web", "/data/x", in: "default")
            }
            #expect(here?.code == .notFound && here?.field == "\(local)/none")
            for path in ["", "../x", "/data/../../etc"] {
                await #expect(throws: Finding.self) {
                    try await fixture.api.copy(fromPod: "web", path, to: "\(local)/x", in: "default")
                }
            }
            try Self.write("x", to: "\(local)/file")
            // A file stands where a directory would have to be.
            try await fixture.api.copy("\(local)/file", toPod: "web", "/data/file", in: "default")
            let blocked = await #expect(throws: Finding.self) {
                try await fixture.api.copy("\(local)/file", toPod: "web", "/data/file/under", in: "default")
            }
            #expect(blocked?.code == .copyFailed)
            await #expect(throws: KubernetesError.self) {
                try await fixture.api.copy(fromPod: "absent", "/data", to: "\(local)/x", in: "default")
            }
        }
    }

    @Test("a container without tar is told as such")
    func withoutTar() async throws {
        try await Self.withPod(env: [EnvVar(name: "PATH", value: "/nowhere")]) { fixture, local in
            let error = await #expect(throws: Finding.self) {
                try await fixture.api.copy(fromPod: "web", "/data", to: "\(local)/x", in: "default")
            }
            #expect(error?.code == .copyFailed)
            #expect(error?.message.contains("no 'tar'") == true)
            try Self.write("x", to: "\(local)/file")
            let into = await #expect(throws: Finding.self) {
                try await fixture.api.copy("\(local)/file", toPod: "web", "/data/file", in: "default")
            }
            #expect(into?.message.contains("no 'mkdir'") == true)
        }
    }
}
