@testable import ClawBase
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("A journal on a failing disk")
struct JournalFaultTests {
    let scratch: ScratchDirectory
    init() throws { scratch = try ScratchDirectory() }

    private func journal(
        _ durability: Durability, failing step: JournalStep, with number: Int32, while isBroken: Shared<Bool>
    ) throws -> Journal {
        var options = Journal.Options(durability: durability, maximumBacklogBytes: 1000)
        options.beforeStep = { current in
            if current == step, isBroken.current { throw SystemError(call: "write", path: "/disk", number: number) }
        }
        return try Journal.open(scratch.path, options).0
    }

    @Test(
        "a full disk is named, and once there is room everything follows in order",
        arguments: [Durability.none, .everyWrite])
    func fullDisk(durability: Durability) async throws {
        let isFull = Shared(false)
        let journal = try journal(durability, failing: .writeLog, with: ENOSPC, while: isFull)
        try await journal.append(["one"])
        isFull.withLock { $0 = true }
        let finding = await #expect(throws: Finding.self) { try await journal.append(["two"]) }
        #expect(finding?.message.contains("free space") == true)
        await #expect(throws: Finding.self) { try await journal.append(["three"]) }
        isFull.withLock { $0 = false }
        try await journal.append(["four"])
        try journal.close()
        #expect(try Journal.open(scratch.path).1.records == ["one", "two", "three", "four"])
    }

    @Test("a full disk while a compaction begins leaves order and content whole")
    func fullDiskAtRotation() async throws {
        let isFull = Shared(false)
        let journal = try journal(.none, failing: .createLog, with: ENOSPC, while: isFull)
        try await journal.append(["one"])
        isFull.withLock { $0 = true }
        _ = try journal.stage(Array("two".utf8))
        await #expect(throws: Finding.self) { try await journal.compact(snapshot: [Array("one".utf8)]) }
        await #expect(throws: Finding.self) { try await journal.append(["three"]) }
        isFull.withLock { $0 = false }
        try await journal.append(["four"])
        try await journal.compact(snapshot: ["one", "two", "three", "four"].map { Array($0.utf8) })
        try await journal.append(["five"])
        try journal.close()
        #expect(try Journal.open(scratch.path).1.all == ["one", "two", "three", "four", "five"])
    }

    @Test("what waits for room is bounded")
    func backlog() async throws {
        let isFull = Shared(true)
        let journal = try journal(.none, failing: .writeLog, with: ENOSPC, while: isFull)
        var refused = false
        for _ in 0..<20 where !refused {
            do {
                let position = try journal.stage([UInt8](repeating: 1, count: 100))
                await #expect(throws: Finding.self) { try await journal.commit(position) }
            } catch {
                refused = true
            }
        }
        #expect(refused)
    }

    @Test("after a failed sync nothing more is accepted: nothing could be promised")
    func failedSync() async throws {
        let isBroken = Shared(false)
        let journal = try journal(.everyWrite, failing: .syncLog, with: EIO, while: isBroken)
        try await journal.append(["one"])
        isBroken.withLock { $0 = true }
        await #expect(throws: Finding.self) { try await journal.append(["two"]) }
        isBroken.withLock { $0 = false }
        #expect(throws: Finding.self) { try journal.stage([3]) }
    }
}
