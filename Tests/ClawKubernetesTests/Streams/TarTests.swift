import ClawBase
import Foundation
import Testing

@testable import ClawKubernetes

/// What an archive says, its members with their content.
func tarMembers(_ chunks: [[UInt8]]) throws -> [(entry: TarEntry, content: [UInt8])] {
    var reader = TarReader()
    var members: [(entry: TarEntry, content: [UInt8])] = []
    var hasEnded = false
    for chunk in chunks {
        reader.append(chunk)
        while let event = try reader.next() {
            switch event {
            case .entry(let entry): members.append((entry, []))
            case .content(let bytes): members[members.count - 1].content += bytes
            case .end: hasEnded = true
            }
        }
    }
    try reader.finish()
    #expect(hasEnded)
    return members
}

func tar(_ members: [(TarEntry, [UInt8])]) -> [UInt8] {
    members.flatMap { TarWriter.header($0.0) + $0.1 + TarWriter.padding($0.1.count) } + TarWriter.end
}

@Suite("Tar archives")
struct TarTests {
    private static let time = Timestamp(seconds: 1_700_000_000)
    private static let long = (0..<40).map { "directory\($0)" }.joined(separator: "/")

    static let members: [(TarEntry, [UInt8])] = [
        (TarEntry(path: "site", kind: .directory, mode: 0o750, modified: time), []),
        (TarEntry(path: "site/a", kind: .file, mode: 0o644, modified: time, size: 5), Array("hello".utf8)),
        (TarEntry(path: "site/empty", kind: .file, mode: 0o600, modified: time), []),
        (
            TarEntry(
                path: "site/\(long)/ü€😀", kind: .file, mode: 0o4755,
                modified: Timestamp(nanoseconds: 1_700_000_000_000_000_042), size: 512),
            [UInt8](repeating: 7, count: 512)
        ),
        (TarEntry(path: "site/link", kind: .symbolicLink(to: "a"), mode: 0o777, modified: time), []),
        (TarEntry(path: "site/far", kind: .symbolicLink(to: long), mode: 0o777, modified: time), []),
        (TarEntry(path: "site/same", kind: .hardLink(to: "site/a"), mode: 0o644, modified: time), []),
        (
            TarEntry(
                path: "site/" + String(repeating: "n", count: 95), kind: .file, mode: 0o644,
                modified: Timestamp(nanoseconds: -1_500_000_000), size: 1), [1]
        ),
    ]

    private func expectMembers(_ found: [(entry: TarEntry, content: [UInt8])]) {
        #expect(found.count == Self.members.count)
        for (got, wanted) in zip(found, Self.members) {
            var entry = got.entry
            if entry.kind == .directory, entry.path.hasSuffix("/") { entry.path.removeLast() }
            #expect(entry == wanted.0)
            #expect(got.content == wanted.1)
        }
    }

    @Test("what is written is read again: names, long ones too, links, rights, times to the nanosecond")
    func roundTrip() throws { expectMembers(try tarMembers([tar(Self.members)])) }

    @Test("the pieces' bounds do not matter: cut at every byte, and byte by byte")
    func chunks() throws {
        let bytes = tar(Array(Self.members[1...2]) + [Self.members[4]])
        let whole = try tarMembers([bytes])
        for cut in 0...bytes.count {
            let parts = try tarMembers([Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(parts.map(\.entry) == whole.map(\.entry) && parts.map(\.content) == whole.map(\.content))
        }
        expectMembers(try tarMembers(tar(Self.members).map { [$0] }))
    }

    @Test("an archive that is cut off anywhere is refused, and tells where")
    func cutOff() throws {
        let bytes = tar(Array(Self.members[..<3]))
        for count in stride(from: 0, through: bytes.count - 1025, by: 1) {
            let error = #expect(throws: Finding.self) { try tarMembers([Array(bytes[..<count])]) }
            #expect(error?.code == .badArchive)
            #expect(error?.field == "byte \(count)")
        }
    }

    @Test("a header with any bit wrong is refused")
    func damage() {
        let bytes = tar([Self.members[1]])
        for place in 0..<TarLayout.blockSize where !TarLayout.checksum.contains(place) {
            var damaged = bytes
            damaged[place] ^= 1
            #expect(throws: Finding.self) { try tarMembers([damaged]) }
        }
    }

    @Test("random damage never does more than fail", arguments: 0..<50)
    func fuzz(_ seed: Int) {
        for _ in 0..<20 {
            var bytes = tar(Self.members)
            for _ in 0..<4 { bytes[Int.random(in: 0..<bytes.count)] = .random(in: .min ... .max) }
            _ = try? tarMembers([bytes])
        }
    }

    /// A header with some bytes changed and its checksum made right.
    private func header(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var block = Array(tar([Self.members[2]])[..<TarLayout.blockSize])
        change(&block)
        let sum = String(TarLayout.sum(of: block[...]), radix: 8)
        let digits = String(repeating: "0", count: 6 - sum.count) + sum
        block.replaceSubrange(TarLayout.checksum, with: Array(digits.utf8) + [0, 32])
        return block
    }

    @Test("a size that no number is, a name without end, a name that is no text are refused")
    func hostileHeaders() {
        let cases = [
            header { $0.replaceSubrange(TarLayout.size, with: Array("99999999999 ".utf8)) },
            header { $0.replaceSubrange(TarLayout.size, with: [0xFF] + [UInt8](repeating: 0xFF, count: 11)) },
            header { $0.replaceSubrange(TarLayout.size, with: [0x80] + [UInt8](repeating: 0xFF, count: 11)) },
            header {
                $0[TarLayout.type] = UInt8(ascii: "x")
                $0.replaceSubrange(TarLayout.size, with: Array("77777777777 ".utf8))
            },
            header { $0[0] = 0xFF },
            header { $0.replaceSubrange(TarLayout.name, with: [UInt8](repeating: 0, count: 100)) },
            header { $0.replaceSubrange(TarLayout.modified, with: [0x80] + [UInt8](repeating: 0x7F, count: 11)) },
        ]
        for bytes in cases { #expect(throws: Finding.self) { try tarMembers([bytes + TarWriter.end]) } }
    }

    @Test("numbers in base 256 and GNU's own magic are read", arguments: [0, 5, 1 << 32, -3])
    func gnu(value: Int) throws {
        let bytes = header { block in
            block.replaceSubrange(TarLayout.magic, with: Array("ustar  \0".utf8))
            let mark: [UInt8] = [value < 0 ? 0xFF : 0x80]
            let digits = (0..<11).map { UInt8(truncatingIfNeeded: value >> min(63, 80 - 8 * $0)) }
            block.replaceSubrange(TarLayout.modified, with: mark + digits)
            // There, GNU keeps other things than a prefix.
            block.replaceSubrange(345..<357, with: Array("14500000000\0".utf8))
        }
        let member = try #require(try tarMembers([bytes + TarWriter.end]).first)
        #expect(member.entry.path == "site/empty")
        #expect(member.entry.modified == Timestamp(seconds: Int64(value)))
    }

    @Test("pax records count their own length right, at every length")
    func records() throws {
        for count in 0..<2100 {
            let value = String(repeating: "v", count: count)
            #expect(PaxRecords.decode(PaxRecords.encode([("path", value), ("k", "ü")])) == ["path": value, "k": "ü"])
        }
        for text in ["5 a=b", "9 a=b\n", "x a=b\n", "3 =\n", "99999999999999999999 a=b\n", "6 a b\n"] {
            #expect(PaxRecords.decode(Array(text.utf8)) == nil)
        }
    }

    @Test(
        "times with fractions, negative ones and nonsense",
        arguments: [
            ("0", 0), ("1.5", 1_500_000_000), ("-1.5", -1_500_000_000), ("7.1234567891", 7_123_456_789),
            ("1.", 1_000_000_000),
        ])
    func times(text: String, nanoseconds: Int64) {
        #expect(PaxRecords.time(text)?.nanoseconds == nanoseconds)
        for bad in ["", "-", "a", "1.x", "1e9", "99999999999999999999"] { #expect(PaxRecords.time(bad) == nil) }
    }

    @Test(
        "GNU tar reads what is written, and what it writes is read",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tar"), "needs tar"))
    func withTar() throws {
        try withTemporaryDirectory { directory in
            try Data(tar(Array(Self.members.dropLast()))).write(to: URL(filePath: "\(directory.path)/a.tar"))
            try run(["-xpf", "a.tar"], in: directory.path)
            #expect(try String(contentsOfFile: "\(directory.path)/site/same", encoding: .utf8) == "hello")
            #expect(FileManager.default.fileExists(atPath: "\(directory.path)/site/\(Self.long)/ü€😀"))
            for format in ["pax", "gnu", "ustar"] {
                // ustar has no room for the long names.
                let left = format == "ustar" ? ["--exclude=far", "--exclude=directory0"] : []
                try run(["--format=\(format)", "-cf", "b.tar"] + left + ["site"], in: directory.path)
                let bytes = try [UInt8](Data(contentsOf: URL(filePath: "\(directory.path)/b.tar")))
                let found = Set(try tarMembers([bytes]).map(\.entry.path))
                #expect(found.isSuperset(of: ["site/a", "site/empty", "site/link"]))
                #expect(format == "ustar" || found.contains("site/\(Self.long)/ü€😀"))
            }
        }
    }

    private func run(_ arguments: [String], in directory: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/tar")
        process.arguments = ["-C", directory] + arguments.map { $0.hasSuffix(".tar") ? "\(directory)/\($0)" : $0 }
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
