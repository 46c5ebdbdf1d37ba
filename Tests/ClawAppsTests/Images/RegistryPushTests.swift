import ClawBase
import ClawDocuments
import ClawHTTPServer
import Crypto
import Foundation
import HTTPTypes
import Logging
import Testing

@testable import ClawApps

@Suite("Bringing an image to a registry", .timeLimit(.minutes(5)))
struct RegistryPushTests {
    /// An image in a directory of its own: a layer that takes several pieces, and a configuration.
    private struct Layout {
        let directory = NSTemporaryDirectory() + "clawkit-layout-\(UUID().uuidString.prefix(8))"
        let layer = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 7) }
        let config = Array(#"{"architecture":"amd64","os":"linux"}"#.utf8)
        private(set) var manifest: [UInt8] = []

        init() throws {
            try FileManager.default.createDirectory(atPath: "\(directory)/blobs/sha256", withIntermediateDirectories: true)
            let type = "application/vnd.oci.image"
            manifest = JSON.object([
                "schemaVersion": 2, "mediaType": .string("\(type).manifest.v1+json"),
                "config": Self.descriptor(config, "\(type).config.v1+json"),
                "layers": [Self.descriptor(layer, "\(type).layer.v1.tar")],
            ]).bytes()
            for bytes in [layer, config, manifest] { try write(bytes, "blobs/sha256/\(Self.digest(bytes).dropFirst(7))") }
            var entry = Self.descriptor(manifest, "\(type).manifest.v1+json").object ?? [:]
            entry["annotations"] = ["org.opencontainers.image.ref.name": "latest"]
            try write(JSON.object(["schemaVersion": 2, "manifests": [.object(entry)]]).bytes(), "index.json")
            try write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), "oci-layout")
        }

        var image: ImageLayout { ImageLayout(directory, name: "latest") }

        func write(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: URL(filePath: "\(directory)/\(name)")) }
        func remove() { try? FileManager.default.removeItem(atPath: directory) }

        static func digest(_ bytes: [UInt8]) -> String { "sha256:\(Hex.encode(SHA256.hash(data: bytes)))" }
        private static func descriptor(_ bytes: [UInt8], _ type: String) -> JSON {
            ["mediaType": .string(type), "digest": .string(digest(bytes)), "size": .integer(Int64(bytes.count))]
        }
    }

    private static let limits = {
        var limits = RegistryClient.Limits()
        limits.piece = 200_000
        return limits
    }()

    private func withRegistry(
        _ registry: SmallRegistry, _ body: (RegistryClient, ImageReference, Layout) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: logger)
        let layout = try Layout()
        defer { layout.remove() }
        try await server.withServer(registry) { address in
            registry.serve(at: "\(address)")
            let transport = CurlTransport()
            let image = ImageReference(registry: "\(address)", repository: "acme/kept", tag: "v1")
            try await body(RegistryClient(transport, limits: Self.limits), image, layout)
            await transport.shutdown()
        }
    }

    private func code(_ body: () async throws -> Void) async -> FindingCode? {
        do { try await body() } catch { return (error as? Finding)?.code }
        return nil
    }

    @Test("blobs go in pieces and are there as they were; what is there already is not sent again")
    func pieces() async throws {
        let registry = SmallRegistry()
        try await withRegistry(registry) { client, image, layout async throws in
            let digest = try await client.push(layout.image, to: image)
            #expect(digest == Layout.digest(layout.manifest))
            #expect(registry.blob("acme/kept", Layout.digest(layout.layer)) == layout.layer)
            #expect(registry.blob("acme/kept", Layout.digest(layout.config)) == layout.config)
            #expect(registry.manifest("acme/kept", "v1") == layout.manifest)
            #expect(registry.calls.count { $0.method == "PATCH" } == 4 + 1)
            #expect(try await client.digest(of: image) == digest)
            registry.forgetCalls()
            try await client.push(layout.image, to: image)
            #expect(registry.calls.map(\.method) == ["HEAD", "HEAD", "PUT"])
        }
    }

    @Test("a registry's own least size of pieces is heeded, up to a limit")
    func larger() async throws {
        let registry = SmallRegistry()
        registry.wantPieces(of: 500_000)
        try await withRegistry(registry) { client, image, layout async throws in
            try await client.push(layout.image, to: image)
            #expect(registry.calls.count { $0.method == "PATCH" } == 2 + 1)
        }
        let greedy = SmallRegistry()
        greedy.wantPieces(of: 1 << 40)
        try await withRegistry(greedy) { client, image, layout async throws in
            #expect(await code { try await client.push(layout.image, to: image) } == .registry)
        }
    }

    @Test("with a token that allows to push, or a password; who shows neither gets nowhere", arguments: [false, true])
    func credentials(basic: Bool) async throws {
        let registry = SmallRegistry()
        registry.allowOnly("ada", "secret-word", basic: basic)
        let ada = RegistryCredentials(username: "ada", password: Secret("secret-word"))
        try await withRegistry(registry) { client, image, layout async throws in
            #expect(await code { try await client.push(layout.image, to: image) } == .registryDenied)
            let wrong = RegistryCredentials(username: "ada", password: Secret("guess"))
            #expect(await code { try await client.push(layout.image, to: image, wrong) } == .registryDenied)
            #expect(registry.manifest("acme/kept", "v1") == nil)
            // A token to read is none to push.
            registry.push("acme/kept", "other")
            _ = try await client.digest(of: ImageReference(registry: image.registry, repository: image.repository, tag: "other"), ada)
            try await client.push(layout.image, to: image, ada)
            #expect(registry.manifest("acme/kept", "v1") == layout.manifest)
        }
    }

    @Test("an upload goes on at its registry and nowhere else")
    func elsewhere() async throws {
        let registry = SmallRegistry()
        registry.sendUploads(to: "http://127.0.0.1:1")
        try await withRegistry(registry) { client, image, layout async throws in
            #expect(await code { try await client.push(layout.image, to: image) } == .registry)
            #expect(!registry.calls.contains { $0.method == "PATCH" })
        }
    }

    @Test("a blob that is not what its manifest says, and what is no layout, is not pushed")
    func damaged() async throws {
        let registry = SmallRegistry()
        try await withRegistry(registry) { client, image, layout async throws in
            var other = layout.layer
            other[650_000] ^= 1
            try layout.write(other, "blobs/sha256/\(Layout.digest(layout.layer).dropFirst(7))")
            #expect(await code { try await client.push(layout.image, to: image) } == .layout)
            #expect(registry.manifest("acme/kept", "v1") == nil)
            #expect(await code { try await client.push(ImageLayout(layout.directory, name: "v9"), to: image) } == .layout)
            try layout.write(Array("{}".utf8), "oci-layout")
            #expect(await code { try await client.push(layout.image, to: image) } == .layout)
        }
    }

    // MARK: a real registry

    private static let program: String? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized.path
        return ["/usr/bin/docker-registry", "\(package)/.venv/bin/docker-registry"]
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    @Test(
        "the registry that others use takes it, and gives it back",
        .enabled(if: program != nil, "needs Debian's docker-registry: Scripts/setup-full.sh fetches it"))
    func real() async throws {
        let program = try #require(Self.program)
        let layout = try Layout()
        defer { layout.remove() }
        // A port that was free a moment ago; somebody else may have it by now, then another is tried.
        for _ in 1...5 {
            let port = try await freePort()
            let process = Process()
            process.executableURL = URL(filePath: program)
            let configuration = "\(layout.directory)/registry.yml"
            try layout.write(
                Array(
                    """
                    version: 0.1
                    log: {level: error}
                    storage: {filesystem: {rootdirectory: \(layout.directory)/registry}}
                    http: {addr: "127.0.0.1:\(port)", secret: test}
                    """.utf8), "registry.yml")
            process.arguments = ["serve", configuration]
            (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            try process.run()
            defer {
                process.terminate()
                process.waitUntilExit()
            }
            let transport = CurlTransport()
            guard await answers(port, transport, process) else {
                await transport.shutdown()
                continue
            }
            let client = RegistryClient(transport, limits: Self.limits)
            let image = ImageReference(registry: "127.0.0.1:\(port)", repository: "acme/kept", tag: "v1")
            let digest = try await client.push(layout.image, to: image)
            #expect(try await client.digest(of: image) == digest)
            let blob = try await transport.send(
                Request(.get, "http://127.0.0.1:\(port)/v2/acme/kept/blobs/\(Layout.digest(layout.layer))"))
            #expect(try await blob.body.collect(limit: 1 << 20) == layout.layer)
            await transport.shutdown()
            return
        }
        Issue.record("the registry did not start")
    }

    private func freePort() async throws -> Int {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: logger)
        return try await server.withServer(ClosureHandler { _ in Response(status: .ok) }) { address in address.port }
    }

    private func answers(_ port: Int, _ transport: CurlTransport, _ process: Process) async -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end, process.isRunning {
            if let answer = try? await transport.send(Request(.get, "http://127.0.0.1:\(port)/v2/")), answer.status == .ok {
                return true
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }
}
