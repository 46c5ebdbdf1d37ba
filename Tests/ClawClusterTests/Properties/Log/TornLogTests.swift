@testable import ClawCluster
import ClawBase
import ClawDocuments
import Foundation
import Testing

@Suite("The cluster's data directory, cut or damaged at every byte")
struct TornLogTests {
    private static let collection = ObjectStore.Collection(group: "", plural: "configmaps")

    /// A directory as a crash left it, and the states that were acknowledged on the way.
    private struct Remains {
        var files: [String: [UInt8]] = [:]
        /// After each write: how long the log was, and what it stands for.
        var states: [(logLength: Int, revision: UInt64, objects: [String])] = []

        var log: String { files.keys.first { $0.hasSuffix(".log") } ?? "" }
        var snapshot: String { files.keys.first { $0.hasSuffix(".snapshot") } ?? "" }
    }

    /// A history with a snapshot in the middle, whose last write before was a deletion.
    private func remains() async throws -> Remains {
        try await inDirectory { directory in
            let store = ObjectStore(journal: try StoreJournal(directory: directory, durability: .none))
            var remains = Remains()
            func put(_ name: String, _ value: String, _ old: JSONObject? = nil) async throws -> JSONObject {
                let object: JSONObject = [
                    "metadata": ["name": .string(name), "namespace": "n"], "data": ["v": .string(value)],
                ]
                let expectation = old.map { ObjectStore.Expectation.revision($0.revision) } ?? .absent
                return try await store.commit(Self.collection, object, expecting: expectation)
            }
            func note() throws {
                let files = try Self.files(directory)
                let length = files.first { $0.key.hasSuffix(".log") }?.value.count ?? 0
                let objects = store.list(Self.collection, namespace: nil).objects.map { "\($0)" }
                remains.states.append((length, store.revision, objects))
            }
            let first = try await put("a", "1")
            _ = try await put("b", "1")
            _ = try await put("c", "1")
            _ = try await store.remove(Self.collection, .init(namespace: "n", name: "c"), expecting: nil)
            try await store.compactJournal()
            // The new log is there with its first record at the latest.
            let second = try await put("a", "2", first)
            try note()
            _ = try await put("d", "é\u{0}\n")
            try note()
            _ = try await store.remove(Self.collection, .init(namespace: "n", name: "b"), expecting: nil)
            try note()
            _ = try await put("a", "3", second)
            try note()
            remains.files = try Self.files(directory)
            return remains
        }
    }

    private func inDirectory<R>(_ body: (String) async throws -> R) async throws -> R {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(directory)
    }

    private static func files(_ directory: String) throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { !$0.hasSuffix(".lock") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, Array(try Data(contentsOf: URL(filePath: "\(directory)/\($0)")))) })
    }

    /// What a start from such files finds: its revision and objects.
    private func start(
        _ files: [String: [UInt8]], in directory: String
    ) throws -> (revision: UInt64, objects: [String]) {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
        for (name, bytes) in files { try Data(bytes).write(to: URL(filePath: "\(directory)/\(name)")) }
        let store = ObjectStore(journal: try StoreJournal(directory: directory, durability: .none))
        defer { try? store.closeJournal() }
        return (store.revision, store.list(Self.collection, namespace: nil).objects.map { "\($0)" })
    }

    private func expectRefusal(_ file: String, _ what: String, _ body: () throws -> Void) {
        let finding = #expect(throws: Finding.self, "\(what)") { try body() }
        #expect(finding?.code == .storage)
        #expect(finding?.details["file"]?.hasSuffix(file) == true, "\(what): \(String(describing: finding))")
        #expect(finding?.details["offset"] != nil, "\(what): \(String(describing: finding))")
        #expect(finding?.message.contains("Restore") == true)
    }

    @Test("a log cut anywhere gives every write whose record is whole, and nothing else")
    func cutLog() async throws {
        let remains = try await remains()
        try await inDirectory { directory in
            let log = try #require(remains.files[remains.log])
            for length in 0...log.count {
                var files = remains.files
                files[remains.log] = Array(log[..<length])
                let found = try start(files, in: directory)
                let state = remains.states.last { $0.logLength <= length }
                // Before the first record there is the snapshot, the deletion's revision in it.
                #expect(found.revision == state?.revision ?? 5, "cut at \(length)")
                if let state { #expect(found.objects == state.objects, "cut at \(length)") }
                #expect(found.objects.count == state?.objects.count ?? 2)
            }
        }
    }

    @Test("a snapshot cut anywhere is refused, as is one with any byte changed: with file, offset and mend")
    func damagedSnapshot() async throws {
        let remains = try await remains()
        try await inDirectory { directory in
            let snapshot = try #require(remains.files[remains.snapshot])
            for position in snapshot.indices {
                var files = remains.files
                files[remains.snapshot] = Array(snapshot[..<position])
                expectRefusal(remains.snapshot, "cut at \(position)") { _ = try start(files, in: directory) }
                var changed = snapshot
                changed[position] ^= 0x10
                files[remains.snapshot] = changed
                expectRefusal(remains.snapshot, "changed at \(position)") { _ = try start(files, in: directory) }
            }
        }
    }

    @Test("a changed byte in the log is refused; in the last record it may be a torn tail, and takes that one only")
    func damagedLog() async throws {
        let remains = try await remains()
        try await inDirectory { directory in
            let log = try #require(remains.files[remains.log])
            let before = try #require(remains.states.dropLast().last)
            for position in log.indices {
                var files = remains.files
                var changed = log
                changed[position] ^= 0x10
                files[remains.log] = changed
                if position < before.logLength {
                    expectRefusal(remains.log, "changed at \(position)") { _ = try start(files, in: directory) }
                } else if let found = try? start(files, in: directory) {
                    #expect(found.revision == before.revision && found.objects == before.objects, "changed at \(position)")
                }
            }
        }
    }
}
