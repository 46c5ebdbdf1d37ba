import ClawBase
import ClawDocuments
import ClawKubernetes
import FoundationEssentials
import Synchronization
import Testing

@Suite("Exec plugins", .timeLimit(.minutes(10)))
struct ExecPluginTests {
    private let time = VirtualTime()

    private func finding(_ script: String, _ change: (inout ExecPlugin) -> Void = { _ in }) async throws -> Finding? {
        try await withScratch { directory in
            var plugin = ExecPlugin(try directory.program("#!/bin/sh\n\(script)\n"))
            change(&plugin)
            do {
                _ = try await plugin.credentials(inheriting: shell, time: time).credential()
                return nil
            } catch { return error as? Finding }
        }
    }

    @Test("a token; spec and expirationTimestamp may be absent, and the plugin runs once", arguments: ["v1", "v1beta1"])
    func token(version: String) async throws {
        try await withScratch { directory in
            let script = "#!/bin/sh\necho run >> '\(directory.path)/runs'\n\(execAnswer(#"{"token":"t0ken"}"#, version: version))\n"
            let plugin = ExecPlugin(try directory.program(script), version: version == "v1" ? .v1 : .v1beta1)
            let credentials = plugin.credentials(inheriting: shell, time: time)
            for _ in 0..<3 { #expect(try await credentials.credential().shown == "Bearer t0ken") }
            time.advance(by: .seconds(86_400))
            #expect(try await credentials.credential().shown == "Bearer t0ken")
            #expect(directory.text("runs") == "run\n")
        }
    }

    @Test("it gets its arguments, its variables over ours, KUBERNETES_EXEC_INFO with the cluster, and no input")
    func surroundings() async throws {
        try await withScratch { directory in
            let script = """
                #!/bin/sh
                cd '\(directory.path)'
                printf '%s|' "$@" > args
                printf '%s' "$KUBERNETES_EXEC_INFO" > info
                printf '%s' "$OWN/$OURS/$SHARED" > variables
                cat > input
                \(execAnswer(#"{"token":"t"}"#))
                """
            var plugin = ExecPlugin(
                try directory.program(script), arguments: ["get-token", "a b", "$HOME"],
                environment: ["OWN": Secret("1"), "SHARED": Secret("plugin")])
            plugin.cluster = ["server": "https://h:6443", "config": ["audience": "x"]]
            let inherited = shell.merging(["OURS": "2", "SHARED": "process"]) { a, _ in a }
            _ = try await plugin.credentials(inheriting: inherited, time: time).credential()
            #expect(directory.text("args") == "get-token|a b|$HOME|")
            #expect(directory.text("variables") == "1/2/plugin")
            #expect(directory.text("input") == "")
            #expect(
                try JSONParser.parse(Array(directory.text("info").utf8)) == [
                    "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                    "spec": ["interactive": false, "cluster": ["server": "https://h:6443", "config": ["audience": "x"]]],
                ])
        }
    }

    @Test("a client certificate, with a token or without")
    func certificates() async throws {
        try await withScratch { directory in
            let answer: JSON = [
                "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                "status": ["clientCertificateData": .string(certificate), "clientKeyData": .string(privateKey)],
            ]
            try directory.write(String(decoding: answer.bytes(), as: UTF8.self), to: "answer")
            let plugin = ExecPlugin(try directory.program("#!/bin/sh\ncat '\(directory.path)/answer'\n"))
            let credential = try await plugin.credentials(inheriting: shell, time: time).credential()
            #expect(credential.identity?.certificate == certificate && credential.identity?.key.reveal() == privateKey)
            #expect(credential.authorization == nil)
        }
    }

    @Test("it runs anew shortly before its credential ends")
    func renewal() async throws {
        try await withScratch { directory in
            let script = """
                #!/bin/sh
                echo run >> '\(directory.path)/runs'
                cat '\(directory.path)/answer'
                """
            func answer(_ token: String, _ end: Timestamp) throws {
                let answer: JSON = [
                    "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                    "status": ["token": .string(token), "expirationTimestamp": .string(end.rfc3339())],
                ]
                try directory.write(String(decoding: answer.bytes(), as: UTF8.self), to: "answer")
            }
            let credentials = ExecPlugin(try directory.program(script)).credentials(inheriting: shell, time: time)
            try answer("one", time.now + .seconds(900))
            #expect(try await credentials.credential().shown == "Bearer one")
            try answer("two", time.now + .seconds(1800))
            time.advance(by: .seconds(839))
            #expect(try await credentials.credential().shown == "Bearer one")
            time.advance(by: .seconds(1))
            #expect(try await credentials.credential().shown == "Bearer two")
            #expect(directory.text("runs") == "run\nrun\n")
        }
    }

    @Test("however many requests want it, it runs once")
    func singleFlight() async throws {
        try await withScratch { directory in
            let script = "#!/bin/sh\necho run >> '\(directory.path)/runs'\nsleep 0.05\n\(execAnswer(#"{"token":"t"}"#))\n"
            let credentials = ExecPlugin(try directory.program(script)).credentials(inheriting: shell, time: time)
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<50 { group.addTask { try await credentials.credential().shown } }
                for try await shown in group { #expect(shown == "Bearer t") }
            }
            #expect(directory.text("runs") == "run\n")
        }
    }

    @Test("its failure tells the code and what it wrote to its standard error, without control characters")
    func failure() async throws {
        let finding = try await finding("printf 'sign in:\\033[31m aws sso login\\n' >&2; exit 253")
        #expect(finding?.code == .credentials)
        #expect(finding?.message.hasSuffix("ended with code 253. It said: sign in: [31m aws sso login") == true)
        #expect(try await self.finding("kill -9 $$")?.message.contains("signal 9") == true)
    }

    @Test("a long complaint is cut, a long answer is whole, a boundless one is refused")
    func sizes() async throws {
        #expect(try await finding("head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1")?.message.utf8.count ?? 0 < 5000)
        try await withScratch { directory in
            let token = String(repeating: "t", count: 300_000)
            try directory.write(
                #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"\#(token)"}}"#,
                to: "answer")
            let plugin = ExecPlugin(try directory.program("#!/bin/sh\ncat '\(directory.path)/answer'\n"))
            #expect(try await plugin.credentials(inheriting: shell, time: time).credential().shown == "Bearer \(token)")
        }
        #expect(try await finding("cat /dev/zero")?.message.contains("larger than 1 MiB") == true)
    }

    @Test("an answer that makes no sense is told for what it is, and never quoted")
    func nonsense() async throws {
        let answers = [
            ("", "nothing"), ("echo s3cret", "no JSON"), ("echo '[\"s3cret\"]'", "no JSON object"),
            (execAnswer(#"{"token":"s3cret"}"#, version: "v1beta1"), "apiVersion is not client.authentication.k8s.io/v1"),
            ("echo '{\"kind\":\"Secret\"}'", "kind is not ExecCredential"),
            (execAnswer("null"), "no status"), (execAnswer("{}"), "neither a token nor a client certificate"),
            (execAnswer(#"{"token":["s3cret"]}"#), "token is no text"), (execAnswer(#"{"token":"s3 cret"}"#), "not one word"),
            (execAnswer(#"{"clientKeyData":"-----BEGIN s3cret"}"#), "only one of"),
            (execAnswer(#"{"clientKeyData":"s3cret","clientCertificateData":"x"}"#), "not PEM"),
            (execAnswer(#"{"token":"s3cret","expirationTimestamp":"soon"}"#), "not RFC 3339"),
        ]
        for (script, words) in answers {
            let finding = try await finding(script)
            #expect(finding?.message.contains(words) == true, "\(script): \(finding?.message ?? "-")")
            #expect(finding?.description.contains("s3cret") == false)
        }
    }

    @Test("a plugin that is not there is told with its hint")
    func missing() async throws {
        for command in ["no-such-plugin", "/no/such/plugin"] {
            var plugin = ExecPlugin(command)
            plugin.installHint = "Install it with: brew install it"
            await #expect { try await plugin.credentials(inheriting: shell, time: time).credential() } throws: {
                ($0 as? Finding)?.message.contains("brew install it") == true
            }
        }
    }

    @Test("one that hangs is stopped at its deadline, with all it has started")
    func deadline() async throws {
        try await withScratch { directory in
            let script = "#!/bin/sh\necho $$ > '\(directory.path)/pid'\nsleep 1000 &\nwait\n"
            let credentials = ExecPlugin(try directory.program(script)).credentials(inheriting: shell, time: time)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await credentials.credential() }
                try await eventually("the plugin runs") { directory.text("pid").hasSuffix("\n") && time.sleeperCount == 1 }
                time.advance(by: .seconds(60))
                await #expect { try await group.next() } throws: {
                    ($0 as? Finding)?.message.contains("did not end within 60") == true
                }
            }
            let pid = directory.text("pid").trimming(while: \.isNewline)
            #expect(!FileManager.default.fileExists(atPath: "/proc/\(pid)"))
        }
    }

    @Test("one who stops waiting takes nobody's credential away")
    func cancelling() async throws {
        try await withScratch { directory in
            let script = """
                #!/bin/sh
                echo run >> '\(directory.path)/runs'
                while [ ! -e '\(directory.path)/go' ]; do sleep 0.01; done
                \(execAnswer(#"{"token":"t"}"#))
                """
            let credentials = ExecPlugin(try directory.program(script)).credentials(inheriting: shell, time: time)
            let first = Task { try await credentials.credential().shown }
            try await eventually("the plugin runs") { directory.text("runs") == "run\n" }
            let second = Task { try await credentials.credential().shown }
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            try directory.write("", to: "go")
            #expect(try await second.value == "Bearer t")
        }
    }
}

extension String {
    fileprivate func trimming(while isOut: (Character) -> Bool) -> String { filter { !isOut($0) } }
}
