import ClawBase
import ClawKubernetes
import ClawModels
import Foundation
import HTTPTypes
import Testing

@testable import ClawCluster

@Suite("Logs of a process node", .serialized)
struct LogTests {
    @Test("the end, the beginning and the times of a log may be asked for")
    func options() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start(
                "count", [NodeFixture.shell("for i in 1 2 3 4 5; do echo $i; done; printf end")], restartPolicy: "Never"
            )
            try await fixture.waitFor("count") { $0.status?.phase == "Succeeded" }
            #expect(try await fixture.log("count") == "1\n2\n3\n4\n5\nend")
            #expect(try await fixture.log("count", ["tailLines": "2"]) == "5\nend")
            #expect(try await fixture.log("count", ["tailLines": "0"]) == "")
            #expect(try await fixture.log("count", ["limitBytes": "3"]) == "1\n2")
            #expect(try await fixture.log("count", ["sinceTime": "2200-01-01T00:00:00Z"]) == "")
            let stamped = try await fixture.log("count", ["timestamps": "true", "tailLines": "1"])
            #expect(stamped.hasSuffix("Z end"))
            await #expect { try await fixture.log("count", ["tailLines": "-1"]) } throws: {
                ($0 as? KubernetesError)?.code == 400
            }
            await #expect { try await fixture.log("count", ["previous": "true"]) } throws: {
                ($0 as? KubernetesError)?.message == "previous terminated container \"main\" in pod \"count\" not found"
            }
        }
    }

    @Test("a follower sees lines as they are written, and ends with the container")
    func follow() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start(
                "talk", [NodeFixture.shell("echo one; until test -e go; do sleep 0.02; done; echo two")],
                restartPolicy: "Never")
            let pod = try await fixture.waitFor("talk") { $0.main?.state?.running != nil }
            let request = APIRequest(.get, "/api/v1/namespaces/default/pods/talk/log", query: ["follow": "true"])
            var text = ""
            for try await chunk in try await fixture.api.stream(for: request) {
                text += String(decoding: chunk, as: UTF8.self)
                if text == "one\n" {
                    _ = FileManager.default.createFile(
                        atPath: "\(fixture.root)/node/pods/\(pod.uid ?? "")/work/main/go", contents: nil)
                }
            }
            #expect(text == "one\ntwo\n")
        }
    }

    @Test("a log beyond its limit is put aside once, and a follower misses nothing")
    func rotation() async throws {
        let path = NodeFixture.temporaryDirectory()
        defer { for name in [path, path + ".1"] { try? FileManager.default.removeItem(atPath: name) } }
        let log = try ContainerLog(path: path, limit: 2000, time: SystemTime())
        var request = LogRequest()
        request.follow = true
        let reader = try LogReader(path: path, log: log, request)
        let expected = (0..<50).map { "line \($0) of a log that turns over" }
        async let seen: [String] = {
            var bytes: [UInt8] = []
            while let piece = try await reader.next() { bytes += piece }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }()
        for line in expected {
            log.write(Array("\(line)\n".utf8), from: .stdout)
            // The reader keeps up: two turns of the file within one look would be lost to anybody.
            for _ in 0..<20 { await Task.yield() }
        }
        log.finish()
        let lines = try await seen
        #expect(lines.last == expected.last)
        #expect(Set(lines).isSubset(of: Set(expected)))
        let whole = try LogReader(path: path, log: nil, LogRequest())
        var kept: [UInt8] = []
        while let piece = try await whole.next() { kept += piece }
        #expect(kept.count > 500 && kept.count < 4000)
    }

    @Test("lines are framed as the CRI log format has them, parts marked")
    func framing() {
        var framer = LineFramer(.stderr)
        let now = Timestamp(seconds: 1_767_225_600)
        let head = "2026-01-01T00:00:00.000000000Z stderr"
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        #expect(text(framer.frame(Array("a\nb".utf8), at: now)) == "\(head) F a\n")
        #expect(text(framer.frame(Array("c\n\n".utf8), at: now)) == "\(head) F bc\n\(head) F \n")
        let long = [UInt8](repeating: 120, count: LineFramer.lineLimit + 1)
        let part = String(repeating: "x", count: LineFramer.lineLimit)
        #expect(text(framer.frame(long, at: now)) == "\(head) P \(part)\n")
        #expect(text(framer.finish(at: now)) == "\(head) P x\n")
        #expect(framer.finish(at: now).isEmpty)
    }

    @Test(
        "which run is meant, between two runs too",
        arguments: [
            ("running", 3, false, 3), ("running", 3, true, 2), ("backingOff", 3, false, 3), ("backingOff", 3, true, 3),
            ("restarting", 3, false, 2), ("terminated", 3, false, 3),
        ])
    func runs(_ state: String, _ count: Int, _ previous: Bool, _ expected: Int) {
        let ended = ContainerStateTerminated(exitCode: 1)
        let states: [String: ContainerState] = [
            "running": ContainerState(running: ContainerStateRunning()),
            "backingOff": ContainerState(waiting: ContainerStateWaiting(reason: "CrashLoopBackOff")),
            "restarting": ContainerState(waiting: ContainerStateWaiting(reason: "ContainerCreating")),
            "terminated": ContainerState(terminated: ended),
        ]
        let status = ContainerStatus(
            name: "main", image: "", imageID: "", ready: false, restartCount: count,
            lastState: ContainerState(terminated: ended), state: states[state])
        #expect(ProcessNode.run(of: status, previous: previous, pod: "web") == .success(expected))
    }
}
