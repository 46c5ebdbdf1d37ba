import ClawKit
import ExampleSupport
import Foundation

/// A `replica-fixture` process.
final class RunningReplica: Sendable {
    /// What a replica did with one key, in nanoseconds of the machine's uptime; no end where it died meanwhile.
    struct Span: Sendable {
        let key: String
        let begin: UInt64
        var end: UInt64?
        var isRefused = false
    }

    let identity: String
    let pid: pid_t
    private let output: URL
    private let ended: Latch<Int32>

    private init(_ identity: String, pid: pid_t, output: URL, ended: Latch<Int32>) {
        (self.identity, self.pid, self.output, self.ended) = (identity, pid, output, ended)
    }

    deinit { try? FileManager.default.removeItem(at: output) }

    /// - Parameter arguments: see the program's `main.swift`.
    static func start(_ identity: String, _ arguments: String..., on cluster: RunningCluster) throws -> RunningReplica {
        let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        _ = FileManager.default.createFile(atPath: output.path(), contents: nil)
        let process = Process()
        process.executableURL = URL(filePath: Programs.path("replica-fixture"))
        process.arguments = [cluster.kubeconfig, "default", identity] + arguments
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let ended = Latch<Int32>()
        process.terminationHandler = { ended.set($0.terminationStatus) }
        try process.run()
        return RunningReplica(identity, pid: process.processIdentifier, output: output, ended: ended)
    }

    /// - Returns: the machine's uptime in nanoseconds when it was sent.
    @discardableResult
    func signal(_ number: Int32) -> UInt64 {
        let moment = DispatchTime.now().uptimeNanoseconds
        if ended.value == nil { kill(pid, number) }
        return moment
    }

    func untilEnded() async throws -> Int32 {
        try await SystemTime().withDeadline(.seconds(30), "the replica's end") { [ended] in try await ended.wait() }
    }

    /// What it said it did, oldest first.
    var spans: [Span] {
        let text = String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self)
        var spans: [Span] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, let moment = UInt64(words[2]) else { continue }
            let key = String(words[1])
            guard words[0] != "begin" else {
                spans.append(Span(key: key, begin: moment))
                continue
            }
            guard let index = spans.lastIndex(where: { $0.key == key && $0.end == nil }) else { continue }
            spans[index].end = moment
            spans[index].isRefused = words[0] == "refused"
        }
        return spans
    }
}
