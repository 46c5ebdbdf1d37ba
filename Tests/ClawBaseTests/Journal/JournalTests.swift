import Foundation
import Testing

@testable import ClawBase

@Suite("A journal")
struct JournalTests {
    let scratch: ScratchDirectory
    init() throws { scratch = try ScratchDirectory() }

    @Test(
        "gives back in order what was appended, after a close and after a death without one",
        arguments: [Durability.none, .everyWrite, .interval(.milliseconds(5))], [true, false])
    func reopen(durability: Durability, closes: Bool) async throws {
        let (first, before) = try Journal.open(scratch.path, .init(durability: durability))
        #expect(before.all.isEmpty)
        try await first.append(texts(0..<20) + [""])
        if closes { try first.close() }
        let left = try ScratchDirectory()
        try scratch.copy(to: left.path)
        let (journal, replayed) = try Journal.open(left.path, .init(durability: durability))
        #expect(replayed.records == texts(0..<20) + [""])
        #expect(journal.recovery.records == 21)
        #expect(journal.recovery.droppedBytes == 0)
        try await journal.append(texts(20..<25))
        try journal.close()
        #expect(try Journal.open(left.path).1.records == texts(0..<20) + [""] + texts(20..<25))
    }

    @Test("keeps the order of staging when many append at once, and shares syncs")
    func concurrent() async throws {
        let syncs = Shared(0)
        var options = Journal.Options(durability: .everyWrite)
        options.beforeStep = { step in if step == .syncLog { syncs.withLock { $0 += 1 } } }
        let (journal, _) = try Journal.open(scratch.path, options)
        let order = Shared<[String]>([])
        try await withThrowingTaskGroup { group in
            for writer in 0..<50 {
                group.addTask {
                    for number in 0..<20 {
                        let text = "\(writer)-\(number)"
                        let position = try order.withLock { order in
                            let position = try journal.stage(Array(text.utf8))
                            order.append(text)
                            return position
                        }
                        try await journal.commit(position)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(syncs.current < 1000)
        try journal.close()
        #expect(try Journal.open(scratch.path).1.records == order.current)
    }

    @Test("is open once only: the second opener is told who holds it and what to do")
    func locked() async throws {
        let (journal, _) = try Journal.open(scratch.path)
        let finding = try #require(throws: Finding.self) { try Journal.open(scratch.path) }
        #expect(finding.code == .storage)
        #expect(finding.details["holder"] == String(ProcessInfo.processInfo.processIdentifier))
        #expect(finding.message.contains("stop that process"))
        try journal.close()
        try journal.close()
        #expect(throws: Finding.self) { try journal.stage([1]) }
        _ = try Journal.open(scratch.path)
    }

    @Test("a child just being started, which has the lock's descriptor too, does not keep the lock")
    func lockAndChildren() throws {
        let path = scratch.path + "/lock"
        var copy: Int32 = -1
        do {
            let file = try SystemFile.open(path, .keepOrCreate)
            #expect(try file.tryLock())
            copy = dup(file.descriptor)
        }
        defer { close(copy) }
        #expect(try SystemFile.open(path, .keepOrCreate).tryLock())
    }

    @Test("keeps its directory and files to its own user")
    func modes() async throws {
        let directory = scratch.path + "/a/b"
        let (journal, _) = try Journal.open(directory)
        try await journal.append(texts(0..<1))
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(directory) == 0o700)
        #expect(try mode(scratch.path + "/a") == 0o700)
        for file in try FileManager.default.contentsOfDirectory(atPath: directory) {
            #expect(try mode("\(directory)/\(file)") == 0o600)
        }
    }

    @Test("says what is wrong with a directory it cannot use")
    func unusable() throws {
        let file = scratch.path + "/file"
        try scratch.write([], to: file)
        for path in [file, file + "/below"] {
            let finding = try #require(throws: Finding.self) { try Journal.open(path) }
            #expect(finding.code == .storage)
            #expect(finding.message.contains("choose another directory"))
        }
        #expect(throws: Finding.self) { try Journal.open(directory: scratch.path, name: "a/b") { _ in } }
    }

    @Test("refuses a record beyond its limit and stays usable")
    func tooLarge() async throws {
        let (journal, _) = try Journal.open(scratch.path, .init(durability: .none, maximumRecordBytes: 100))
        #expect(throws: Finding.self) { try journal.stage([UInt8](repeating: 0, count: 101)) }
        try await journal.append(["fits"])
        try journal.close()
        #expect(try Journal.open(scratch.path).1.records == ["fits"])
    }
}
