import ClawBase
import FoundationEssentials
import Testing

@Suite("Compacting a journal")
struct JournalCompactionTests {
    let scratch: ScratchDirectory
    init() throws { scratch = try ScratchDirectory() }

    @Test("replaces the log by the snapshot; what comes later follows it")
    func compact() async throws {
        let (journal, _) = try Journal.open(scratch.path)
        try await journal.append(texts(0..<10))
        try await journal.compact(snapshot: ["state", "of ten"].map { Array($0.utf8) })
        try await journal.append(texts(10..<12))
        #expect(try scratch.files(".log").count == 1)
        #expect(try scratch.files(".snapshot").count == 1)
        try journal.close()
        let (again, replayed) = try Journal.open(scratch.path)
        #expect(replayed == Replayed(snapshot: ["state", "of ten"], records: texts(10..<12)))
        try await again.compact(snapshot: [])
        try again.close()
        #expect(again.beginCompaction() == nil)
        #expect(try Journal.open(scratch.path).1.all.isEmpty)
    }

    @Test("a crash before any step loses nothing and doubles nothing", arguments: JournalStep.allCases)
    func crash(before step: JournalStep) async throws {
        let copies = Shared<[String]>([])
        let armed = Shared(false)
        let aside = try ScratchDirectory()
        let scratch = scratch
        var options = Journal.Options(durability: .none)
        options.beforeStep = { current in
            guard armed.current, current == step else { return }
            let copy = "\(aside.path)/\(copies.withLock { $0.count })"
            try scratch.copy(to: copy)
            copies.withLock { $0.append(copy) }
        }
        let (journal, _) = try Journal.open(scratch.path, options)
        try await journal.append(texts(0..<10))
        // Twice, so that a crash also falls between two snapshots.
        try await journal.compact(snapshot: texts(0..<10).map { Array($0.utf8) })
        try await journal.append(texts(10..<15))
        armed.withLock { $0 = true }
        let staged = try journal.stage(Array("staged".utf8))
        let compaction = try #require(journal.beginCompaction())
        #expect(journal.beginCompaction() == nil)
        try await compaction.finish((texts(0..<15) + ["staged"]).map { Array($0.utf8) })
        try await journal.commit(staged)
        armed.withLock { $0 = false }
        #expect(!copies.current.isEmpty)
        for copy in copies.current {
            do {
                let (revived, replayed) = try Journal.open(copy)
                #expect(replayed.all.prefix(15) == texts(0..<15)[...])
                #expect([[], ["staged"]].contains(Array(replayed.all.dropFirst(15))))
                try await revived.append(["more"])
                try await revived.compact(snapshot: (replayed.all + ["more"]).map { Array($0.utf8) })
            }
            let (_, replayed) = try Journal.open(copy)
            #expect(replayed.all.last == "more")
            #expect(replayed.all.prefix(15) == texts(0..<15)[...])
        }
        try journal.close()
        #expect(try Journal.open(scratch.path).1.all == texts(0..<15) + ["staged"])
    }

    @Test(
        "a failing step leaves the journal usable and complete",
        arguments: [
            JournalStep.writeSnapshot, .syncSnapshot, .renameSnapshot, .syncDirectoryAfterSnapshot, .removeOldFiles,
        ])
    func failing(step: JournalStep) async throws {
        let fails = Shared(true)
        var options = Journal.Options(durability: .none)
        options.beforeStep = { current in
            if current == step, fails.current { throw Finding(.storage, "The disk is full.") }
        }
        let (journal, _) = try Journal.open(scratch.path, options)
        try await journal.append(texts(0..<5))
        await #expect(throws: Finding.self) { try await journal.compact(snapshot: texts(0..<5).map { Array($0.utf8) }) }
        #expect(try scratch.files(".new").isEmpty)
        try await journal.append(texts(5..<6))
        fails.withLock { $0 = false }
        try await journal.compact(snapshot: texts(0..<6).map { Array($0.utf8) })
        try await journal.append(texts(6..<7))
        try journal.close()
        #expect(try Journal.open(scratch.path).1 == Replayed(snapshot: texts(0..<6), records: texts(6..<7)))
    }

    @Test("runs beside appends: each record is in the snapshot or behind it, never both")
    func concurrent() async throws {
        let (journal, _) = try Journal.open(scratch.path, .init(durability: .everyWrite))
        let state = Shared<[String]>([])
        try await withThrowingTaskGroup { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<50 {
                        let position = try state.withLock { state in
                            state.append("\(writer)-\(number)")
                            return try journal.stage(Array("\(writer)-\(number)".utf8))
                        }
                        try await journal.commit(position)
                    }
                }
            }
            group.addTask {
                for _ in 0..<10 {
                    let begun = state.withLock { state in journal.beginCompaction().map { ($0, state) } }
                    guard let (compaction, copy) = begun else { continue }
                    try await compaction.finish(copy.map { Array($0.utf8) })
                }
            }
            try await group.waitForAll()
        }
        try journal.close()
        #expect(try Journal.open(scratch.path).1.all == state.current)
    }

    @Test("a damaged snapshot is refused; one whose predecessors are still there is passed over")
    func damagedSnapshot() async throws {
        let before = try ScratchDirectory()
        do {
            let (journal, _) = try Journal.open(scratch.path)
            try await journal.append(texts(0..<5))
            try scratch.copy(to: before.path)
            try await journal.compact(snapshot: texts(0..<5).map { Array($0.utf8) })
            try await journal.append(texts(5..<6))
        }
        let file = try #require(try scratch.files(".snapshot").first)
        let bytes = try scratch.read(file)
        for position in stride(from: 0, to: bytes.count, by: 3) {
            var changed = bytes
            changed[position] ^= 0x10
            try scratch.write(changed, to: file)
            #expect(throws: Finding.self, "changed at \(position)") { try Journal.open(scratch.path) }
        }
        // As after a crash before the old files were removed.
        let old = try #require(try before.files(".log").first)
        try FileManager.default.copyItem(atPath: old, toPath: old.replacing(before.path, with: scratch.path))
        #expect(try Journal.open(scratch.path).1.all == texts(0..<6))
    }

    @Test("is asked for when the log has outgrown the snapshot")
    func hint() async throws {
        let options = Journal.Options(durability: .none, compactionRatio: 2, compactionFloorBytes: 1000)
        let (journal, _) = try Journal.open(scratch.path, options)
        try await journal.append(texts(0..<5))
        #expect(!journal.wantsCompaction)
        try await journal.append(texts(0..<50))
        #expect(journal.wantsCompaction)
        try await journal.compact(snapshot: [[UInt8](repeating: 7, count: 2000)])
        #expect(!journal.wantsCompaction)
        try await journal.append(texts(0..<60))
        #expect(!journal.wantsCompaction)
        try await journal.append(texts(0..<60))
        #expect(journal.wantsCompaction)
    }
}
