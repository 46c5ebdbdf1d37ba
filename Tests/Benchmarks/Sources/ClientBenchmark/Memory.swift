import BenchmarkSupport
import ClawControl
import ClawKubernetes
import Foundation

/// What 10,000 pods take in an ``ObjectCache``; run in a process of its own, whose heap nothing else has grown.
func measureMemory(_ path: String, managedFieldsKept: Bool) async throws {
    let before = residentMemory()
    if managedFieldsKept {
        let pods = try await KubernetesClient(transport(path)).list(Pod.self).items
        report("10,000 pods in an array, managedFields kept lazily", residentMemory().now - before.now, "MB resident")
        precondition(pods.count == podCount, "every pod must be there")
        return
    }
    let cache = ObjectCache(Pod.self, of: KubernetesClient(transport(path)))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await cache.run() }
        try await cache.waitUntilSynced()
        let after = residentMemory()
        precondition(cache.count == podCount, "every pod must have its place")
        let program = String(format: "%.1f", before.now)
        let peak = String(format: "%.1f", after.peak)
        let heap = String(format: "%.1f", after.anonymous - before.anonymous)
        report(
            "10,000 pods in an ObjectCache, without managedFields", after.now - before.now, "MB resident",
            "of which \(heap) MB heap, the rest code first used; the program before \(program) MB, at its peak \(peak) MB with the answer's 55.7 MB")
        group.cancelAll()
        while let result = await group.nextResult() { if case .success = result { continue } }
    }
}

/// Answers a list with the file's bytes, read as they are asked for, and watches with silence.
private func transport(_ path: String) -> ScriptedTransport {
    ScriptedTransport { request in
        guard request.query["watch"] == nil else { return Response(status: .ok, body: .stream(Silence())) }
        return Response(status: .ok, body: .stream(FileChunks(path: path)))
    }
}

private struct FileChunks: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    let path: String
    struct AsyncIterator: AsyncIteratorProtocol {
        let file: FileHandle?
        mutating func next() async throws -> [UInt8]? {
            guard let data = try file?.read(upToCount: 1 << 16), !data.isEmpty else { return nil }
            return Array(data)
        }
    }
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(file: FileHandle(forReadingAtPath: path)) }
}

private struct Silence: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    struct AsyncIterator: AsyncIteratorProtocol {
        mutating func next() async throws -> [UInt8]? {
            try await Task.sleep(for: .seconds(3600))
            return nil
        }
    }
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
}
