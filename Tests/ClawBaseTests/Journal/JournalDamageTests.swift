import ClawBase
import FoundationEssentials
import Testing

@Suite("A journal after damage")
struct JournalDamageTests {
    let scratch: ScratchDirectory
    init() throws { scratch = try ScratchDirectory() }

    /// A log of five records, and where each of them ends.
    private func makeLog() async throws -> (file: String, bytes: [UInt8], ends: [Int]) {
        var ends: [Int] = []
        let (journal, _) = try Journal.open(scratch.path)
        let file = try #require(try scratch.files(".log").first)
        for text in texts(0..<5) {
            try await journal.append([text])
            ends.append(try scratch.read(file).count)
        }
        return (file, try scratch.read(file), ends)
    }

    @Test("a tail torn at any byte is cut off, and every whole record before it stays")
    func tornTail() async throws {
        let (file, bytes, ends) = try await makeLog()
        for length in 0..<bytes.count {
            try scratch.write(Array(bytes[..<length]), to: file)
            let whole = ends.filter { $0 <= length }.count
            do {
                let (journal, replayed) = try Journal.open(scratch.path)
                #expect(replayed.records == texts(0..<whole), "torn at \(length)")
                try await journal.append(["after"])
            }
            #expect(try Journal.open(scratch.path).1.records == texts(0..<whole) + ["after"], "torn at \(length)")
        }
    }

    @Test("a changed byte in the middle is refused with file and offset, and nothing is touched")
    func damagedMiddle() async throws {
        let (file, bytes, ends) = try await makeLog()
        for position in 0..<ends[3] {
            var changed = bytes
            changed[position] ^= 0x41
            try scratch.write(changed, to: file)
            let finding = #expect(throws: Finding.self, "changed at \(position)") { try Journal.open(scratch.path) }
            #expect(finding?.code == .storage)
            #expect(finding?.details["file"] == file)
            let start = position < 32 ? 0 : ([32] + ends).last { $0 <= position }
            #expect(finding?.details["offset"] == start.map(String.init))
            #expect(try scratch.read(file) == changed)
        }
    }

    @Test("a changed last record is seen where the journal had been closed")
    func damagedLastAfterClose() async throws {
        do {
            let (journal, _) = try Journal.open(scratch.path)
            try await journal.append(texts(0..<3))
            try journal.close()
        }
        let file = try #require(try scratch.files(".log").first)
        var bytes = try scratch.read(file)
        bytes[bytes.count - 25] ^= 1
        try scratch.write(bytes, to: file)
        #expect(throws: Finding.self) { try Journal.open(scratch.path) }
    }

    @Test("blank blocks that a power cut left before later, never synced records are cut off with them")
    func reorderedBlocks() async throws {
        do {
            let (journal, _) = try Journal.open(scratch.path)
            for text in ["kept", String(repeating: "lost", count: 1000), "later"] { try await journal.append([text]) }
        }
        let file = try #require(try scratch.files(".log").first)
        var bytes = try scratch.read(file)
        for index in 512..<1024 { bytes[index] = 0 }
        try scratch.write(bytes, to: file)
        let (journal, replayed) = try Journal.open(scratch.path)
        #expect(replayed.records == ["kept"])
        #expect(journal.recovery.droppedBytes > 4000)
    }

    @Test("blank blocks in what had been synced are damage")
    func blankSynced() async throws {
        do {
            let (journal, _) = try Journal.open(scratch.path, .init(durability: .everyWrite))
            for text in ["kept", String(repeating: "lost", count: 1000), "later"] { try await journal.append([text]) }
            try journal.close()
        }
        let file = try #require(try scratch.files(".log").first)
        var bytes = try scratch.read(file)
        for index in 512..<1024 { bytes[index] = 0 }
        try scratch.write(bytes, to: file)
        #expect(throws: Finding.self) { try Journal.open(scratch.path) }
    }

    @Test("random damage never crashes the reader and never invents a record")
    func randomDamage() async throws {
        let (file, bytes, _) = try await makeLog()
        let known = Set(texts(0..<5))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                changed[Int.random(in: 0..<changed.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                changed += (0..<40).map { _ in .random(in: 0...255, using: &generator) }
            }
            try scratch.write(changed, to: file)
            do {
                let (_, replayed) = try Journal.open(scratch.path)
                #expect(known.isSuperset(of: replayed.records))
            } catch let finding as Finding {
                #expect(finding.code == .storage)
            }
        }
    }

    @Test("a file of another program, or of a newer version, is refused")
    func foreign() async throws {
        let (file, bytes, _) = try await makeLog()
        try scratch.write(Array("This is somebody's diary, in forty-one bytes or more.".utf8), to: file)
        #expect(throws: Finding.self) { try Journal.open(scratch.path) }
        try scratch.write(bytes, to: file)
        try FileManager.default.moveItem(atPath: file, toPath: file.replacing("000001.log", with: "000007.log"))
        #expect(throws: Finding.self) { try Journal.open(scratch.path) }
    }
}
