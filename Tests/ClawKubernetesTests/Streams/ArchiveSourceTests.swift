import ClawBase
import Foundation
import Synchronization
import Testing

@testable import ClawKubernetes

@Suite("Local files as an archive")
struct ArchiveSourceTests {
    private static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "clawkit-source-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    /// A file of so many bytes, most of them not on the disk.
    private static func makeFile(_ path: String, size: UInt64) throws {
        try Data().write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: size)
        try file.close()
    }

    @Test("a file of a hundred megabytes passes in small pieces, from one directory to another")
    func pieces() async throws {
        try await Self.withDirectory { path in
            try FileManager.default.createDirectory(atPath: "\(path)/in", withIntermediateDirectories: true)
            try Self.makeFile("\(path)/in/big", size: 100 << 20)
            for number in 0..<200 { try Data("\(number)".utf8).write(to: URL(filePath: "\(path)/in/s\(number)")) }
            let largest = Mutex(0)
            let count = Mutex(0)
            let work = Mutex(
                (TarReader(), ArchiveTarget(prefix: [], local: "\(path)/out", skipsUnsafe: false, limit: 1 << 30)))
            var source = ArchiveSource { piece in
                largest.withLock { $0 = max($0, piece.count) }
                count.withLock { $0 += 1 }
                try work.withLock { work in
                    work.0.append(piece)
                    while let event = try work.0.next() { try work.1.take(event) }
                }
            }
            try await source.write(contentOf: try SystemDirectory.open("\(path)/in"))
            #expect(largest.withLock { $0 } < 256 << 10)
            // 200 small files together in a few messages, not one message each.
            #expect(count.withLock { $0 } < 1700)
            #expect(source.summary.members == 201)
            let got = work.withLock { $0.1.summary }
            #expect(got == source.summary)
            let facts = try FileManager.default.attributesOfItem(atPath: "\(path)/out/big")
            #expect((facts[.size] as? Int) == 100 << 20)
        }
    }

    @Test("a file that becomes shorter while it is read is told, and nothing false is sent for it")
    func shorter() async throws {
        try await Self.withDirectory { path in
            try Self.makeFile("\(path)/log", size: 10 << 20)
            let isCut = Mutex(false)
            var source = ArchiveSource { _ in
                if isCut.withLock({ $0 }) { return }
                isCut.withLock { $0 = true }
                try Self.makeFile("\(path)/log", size: 100)
            }
            do {
                try await source.write(contentOf: try SystemDirectory.open(path))
                Issue.record("the file was shorter")
            } catch let error as Finding {
                #expect(error.code == .copyFailed && error.field == "\(path)/log")
            }
        }
    }

    @Test("what is no file is left out with a remark; links are kept as links, even those that lead nowhere")
    func special() async throws {
        try await Self.withDirectory { path in
            #expect(mkfifo("\(path)/pipe", 0o600) == 0)
            try FileManager.default.createSymbolicLink(atPath: "\(path)/link", withDestinationPath: "/no/where")
            let bytes = Mutex<[UInt8]>([])
            var source = ArchiveSource { piece in bytes.withLock { $0 += piece } }
            try await source.write(contentOf: try SystemDirectory.open(path))
            let members = try tarMembers([bytes.withLock { $0 }])
            #expect(members.map(\.entry.path) == ["link"])
            #expect(members.first?.entry.kind == .symbolicLink(to: "/no/where"))
            #expect(source.summary.remarks.map(\.field) == ["\(path)/pipe"])
        }
    }

    @Test(
        "another reader of archives finds the same names, long ones too",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"))
    func otherReader() async throws {
        try await Self.withDirectory { path in
            try Data(tar(TarTests.members)).write(to: URL(filePath: "\(path)/a.tar"))
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/python3")
            process.arguments = [
                "-c",
                "import sys, tarfile\nfor m in tarfile.open(sys.argv[1]): print(m.name, m.linkname, m.size, sep='|')",
                "\(path)/a.tar",
            ]
            process.environment = ["PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let wanted = TarTests.members.map { entry, _ in
                switch entry.kind {
                case .symbolicLink(let target), .hardLink(let target): "\(entry.path)|\(target)|\(entry.size)"
                default: "\(entry.path)||\(entry.size)"
                }
            }
            #expect(text.split(separator: "\n").map(String.init) == wanted)
        }
    }
}
