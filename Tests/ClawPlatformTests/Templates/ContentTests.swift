import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Crypto
import Foundation
import Testing

@Suite("Files that a template brings")
struct ContentTests {
    private static func context(image: String?, _ contents: RuntimeContent...) -> RuntimeContext {
        var spec = RuntimeTemplateSpec(command: ["serve"])
        spec.contents = contents
        var context = Fixture.context
        context.offered = [RuntimeTemplate(name: "site", in: "demo", spec: spec)]
        context.contentImage = image
        return context
    }

    private static let digest = String(repeating: "0", count: 64)
    private static let page = RuntimeContent("page", url: "https://files.test/page.tgz", sha256: digest, at: "/srv/page")

    @Test("where nothing fetches, nothing is started: told with the place")
    func gate() {
        let findings = RuntimeKind.admit(Fixture.runtime(template: "site"), Self.context(image: nil, Self.page))
        #expect(findings.map(\.code) == [.contentUndeliverable])
        #expect(findings.first?.message.contains("server.contentImage") == true)
    }

    @Test("one init container for each, with its own volume and none of the user's secrets")
    func rendering() throws {
        var tools = RuntimeContent(
            "tools", url: "git+https://git.test/tools.git", revision: String(repeating: "a", count: 40), at: "/srv/tools")
        tools.document["permissions"] = "ReadWrite"
        tools.document["secret"] = "git"
        let context = Self.context(image: "registry.test/fetch:1", Self.page, tools)
        let pod = try RuntimeCell(Fixture.runtime(template: "site"), context).pod
        let spec = try #require(pod.spec)
        #expect(spec.initContainers.map(\.name) == ["content-page", "content-tools"])
        #expect(spec.initContainers.allSatisfy { $0.image == "registry.test/fetch:1" })
        let names = Set(spec.initContainers.flatMap(\.env).map(\.name))
        #expect(names.isDisjoint(with: [RuntimeCell.modelKey, RuntimeCell.gatewayToken]))
        let password = spec.initContainers[1].env.first { $0.name == "CONTENT_PASSWORD" }
        #expect(password?.valueFrom?.secretKeyRef?.name == "git")
        let mounts = try #require(spec.containers.first).volumeMounts
        #expect(mounts.first { $0.mountPath == "/srv/page" }?.readOnly == true)
        #expect(mounts.first { $0.mountPath == "/srv/tools" }?.readOnly == nil)
        // No container has one path twice.
        for container in spec.initContainers + spec.containers {
            let paths = container.volumeMounts.map(\.mountPath)
            #expect(Set(paths).count == paths.count)
        }
    }

    @Test(
        "what a schema can refuse it refuses",
        arguments: [
            ["subPath": "../x"], ["subPath": "/x"], ["mountPath": "x"], ["sha256": "abc"], ["url": "file:///etc"],
            ["url": "git+https://git.test/a.git"],
        ] as [JSONObject])
    func schema(change: JSONObject) throws {
        var content = Self.page
        for (key, value) in change { content.document[key] = value }
        var spec = RuntimeTemplateSpec(command: ["serve"])
        spec.contents = [content]
        let refused = RuntimeTemplate(name: "site", in: "demo", spec: spec)
        #expect(throws: KubernetesError.self) { try refused.validate() }
        spec.contents = [Self.page]
        try RuntimeTemplate(name: "site", in: "demo", spec: spec).validate()
    }

    // MARK: the script, run with this machine's tools

    private static let tools = ["/usr/bin/curl", "/usr/bin/git", "/usr/bin/python3"]
    private static let hasTools = tools.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs a content's init container as a process.
    private static func fetch(
        _ content: RuntimeContent, to directory: String, _ more: [String: String] = [:]
    ) async throws -> (code: Int32, said: String) {
        let container = try #require(ContentDelivery(contents: [content], image: "").preparations.first)
        var environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": directory]
        for variable in container.env { environment[variable.name] = variable.value }
        environment["CONTENT_TO"] = directory
        environment.merge(more) { $1 }
        return try await run(container.command, environment)
    }

    /// Files, not pipes: a process that another test starts meanwhile may hold a pipe open.
    @discardableResult
    private static func run(
        _ command: [String], _ environment: [String: String] = ["PATH": "/usr/bin:/bin"], in directory: String? = nil
    ) async throws -> (code: Int32, said: String) {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = environment
        if let directory { process.currentDirectoryURL = URL(filePath: directory) }
        let output = try FileHandle(forWritingTo: URL(filePath: file))
        (process.standardError, process.standardOutput) = (output, output)
        let code: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return (code, try String(contentsOfFile: file, encoding: .utf8))
    }

    /// A web server of a directory, and its address.
    /// - Parameter authorization: how the header of that name must begin; empty: anyhow.
    private static func serving(
        _ directory: String, needing authorization: String = "", _ body: (String) async throws -> Void
    ) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            """
            import functools, http.server, sys
            class Files(http.server.SimpleHTTPRequestHandler):
                def do_GET(self):
                    if not self.headers.get("Authorization", "").startswith(sys.argv[2]): return self.send_error(403)
                    super().do_GET()
                def log_message(self, *_): pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=sys.argv[1]))
            print(server.server_address[1], flush=True)
            server.serve_forever()
            """, directory, authorization,
        ]
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: file))
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Nothing milder: what a test process ignores, its children ignore.
        defer { kill(process.processIdentifier, SIGKILL) }
        var port = ""
        try await eventually("its port is told") {
            port = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            return port.hasSuffix("\n")
        }
        try await body("http://127.0.0.1:\(port.dropLast())")
    }

    private static func sha256(_ path: String) throws -> String {
        Hex.encode(SHA256.hash(data: try Data(contentsOf: URL(filePath: path))))
    }

    @Test("files and archives are fetched, held against their digest, unpacked; another digest brings nothing",
        .enabled(if: hasTools, "needs curl, git and python3"))
    func files() async throws {
        let scratch = try ScratchDirectory()
        let (site, to) = ("\(scratch.path)/site", "\(scratch.path)/to")
        for path in ["\(site)/tree/docs", to] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try "hello".write(toFile: "\(site)/tree/docs/page.html", atomically: true, encoding: .utf8)
        try await Self.run(["tar", "-czf", "../tree.tar.gz", "."], in: "\(site)/tree")
        try await Self.serving(site) { address in
            var archive = RuntimeContent(
                "a", url: "\(address)/tree.tar.gz?x=1", sha256: try Self.sha256("\(site)/tree.tar.gz"), at: "/srv/a")
            archive.document["subPath"] = "docs"
            let outcome = try await Self.fetch(archive, to: to)
            #expect(outcome.code == 0, "\(outcome.said)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: to) == ["page.html"])
            let page = RuntimeContent(
                "b", url: "\(address)/tree/docs/page.html", sha256: Self.digest, at: "/srv/b")
            let other = "\(scratch.path)/other"
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
            let refused = try await Self.fetch(page, to: other)
            #expect(refused.code == 1)
            #expect(refused.said.contains("E_CONTENT: the digest of"))
            let left = try FileManager.default.contentsOfDirectory(atPath: other)
            #expect(!left.contains("page.html"))
            // Repeated, it is there again.
            let again = try await Self.fetch(archive, to: to)
            #expect(again.code == 0)
        }
    }

    @Test("an object of a bucket: signed for its region, with the key on no command line",
        .enabled(if: hasTools, "needs curl, git and python3"))
    func object() async throws {
        let scratch = try ScratchDirectory()
        let (bucket, to) = ("\(scratch.path)/bucket", "\(scratch.path)/to")
        for path in [bucket, to] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try "a,b".write(toFile: "\(bucket)/data.csv", atomically: true, encoding: .utf8)
        // No object store is at hand: a server of files that lets in what is signed.
        let rule = "AWS4-HMAC-SHA256 Credential=key/"
        try await Self.serving(scratch.path, needing: rule) { address in
            var content = RuntimeContent(
                "d", url: "s3://bucket/data.csv", sha256: try Self.sha256("\(bucket)/data.csv"), at: "/srv/d")
            content.document["secret"] = "s3"
            let place = ["AWS_ENDPOINT_URL": address, "AWS_REGION": "eu-west-1"]
            let unsigned = try await Self.fetch(content, to: to, place)
            #expect(unsigned.code == 1)
            let key = ["CONTENT_USER": "key", "CONTENT_PASSWORD": #"se"cr\et"#]
            let outcome = try await Self.fetch(content, to: to, place.merging(key) { $1 })
            #expect(outcome.code == 0, "\(outcome.said)")
            let brought = try String(contentsOfFile: "\(to)/data.csv", encoding: .utf8)
            #expect(brought == "a,b")
        }
    }

    @Test("a git repository at one commit, from a server that only has files; never another commit",
        .enabled(if: hasTools, "needs curl, git and python3"))
    func repository() async throws {
        let scratch = try ScratchDirectory()
        let (work, bare, to) = ("\(scratch.path)/work", "\(scratch.path)/site/repo.git", "\(scratch.path)/to")
        for path in [work, "\(scratch.path)/site", to] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        let git = ["git", "-c", "user.name=t", "-c", "user.email=t@test", "-c", "init.defaultBranch=main"]
        let environment = ["PATH": "/usr/bin:/bin", "HOME": scratch.path]
        func commit(_ text: String) async throws -> String {
            try text.write(toFile: "\(work)/file.txt", atomically: true, encoding: .utf8)
            try await Self.run(git + ["add", "."], environment, in: work)
            try await Self.run(git + ["commit", "-q", "-m", text], environment, in: work)
            return try await Self.run(git + ["rev-parse", "HEAD"], environment, in: work).said.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        try await Self.run(git + ["init", "-q"], environment, in: work)
        let first = try await commit("one")
        _ = try await commit("two")
        try await Self.run(git + ["clone", "-q", "--bare", work, bare], environment)
        try await Self.run(git + ["update-server-info"], environment, in: bare)
        try await Self.serving("\(scratch.path)/site") { address in
            let content = RuntimeContent("r", url: "git+\(address)/repo.git", revision: first, at: "/srv/r")
            let outcome = try await Self.fetch(content, to: to)
            #expect(outcome.code == 0, "\(outcome.said)")
            #expect(try String(contentsOfFile: "\(to)/file.txt", encoding: .utf8) == "one")
            #expect(try FileManager.default.contentsOfDirectory(atPath: to) == ["file.txt"])
            let unknown = RuntimeContent(
                "r", url: "git+\(address)/repo.git", revision: String(repeating: "b", count: 40), at: "/srv/r")
            let refused = try await Self.fetch(unknown, to: to)
            #expect(refused.code == 1)
            #expect(refused.said.contains("E_CONTENT: there is no commit"))
        }
    }
}
