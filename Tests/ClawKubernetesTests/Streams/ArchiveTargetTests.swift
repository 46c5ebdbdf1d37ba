import ClawBase
import Foundation
import Testing

@testable import ClawKubernetes

@Suite("Unpacking archives that nobody vouches for")
struct ArchiveTargetTests {
    private static let time = Timestamp(seconds: 1_700_000_000)

    private static func file(_ path: String, _ text: String = "x", mode: UInt16 = 0o644) -> (TarEntry, [UInt8]) {
        (TarEntry(path: path, kind: .file, mode: mode, modified: time, size: text.utf8.count), Array(text.utf8))
    }
    private static func directory(_ path: String, mode: UInt16 = 0o755) -> (TarEntry, [UInt8]) {
        (TarEntry(path: path, kind: .directory, mode: mode, modified: time), [])
    }
    private static func link(_ path: String, _ target: String) -> (TarEntry, [UInt8]) {
        (TarEntry(path: path, kind: .symbolicLink(to: target), mode: 0o777, modified: time), [])
    }
    private static func hardLink(_ path: String, _ target: String) -> (TarEntry, [UInt8]) {
        (TarEntry(path: path, kind: .hardLink(to: target), mode: 0o644, modified: time), [])
    }

    /// Unpacks `data/…` as `out`, beside a file `secret` that nobody may touch.
    @discardableResult
    private func unpack(
        _ members: [(TarEntry, [UInt8])], skipsUnsafe: Bool = false, limit: Int = 1 << 20,
        check: (String, CopySummary) throws -> Void = { _, _ in }
    ) throws -> CopySummary {
        try unpack(members, skipsUnsafe: skipsUnsafe, limit: limit, prepare: { _ in }, check: check)
    }

    @discardableResult
    private func unpack(
        _ members: [(TarEntry, [UInt8])], skipsUnsafe: Bool = false, limit: Int = 1 << 20,
        prepare: (TemporaryDirectory) throws -> Void, check: (String, CopySummary) throws -> Void
    ) throws -> CopySummary {
        try withTemporaryDirectory { directory in
            try directory.write("untouched", to: "secret")
            try prepare(directory)
            defer {
                let secret = try? String(contentsOfFile: "\(directory.path)/secret", encoding: .utf8)
                #expect(secret == "untouched")
                let names = Set((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? [])
                #expect(names.isSubset(of: ["secret", "out", "outside"]))
                let outside = try? FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/outside")
                #expect(outside?.isEmpty ?? true)
            }
            var target = ArchiveTarget(
                prefix: ["data"], local: "\(directory.path)/out", skipsUnsafe: skipsUnsafe, limit: limit)
            var reader = TarReader()
            reader.append(tar(members))
            do {
                while let event = try reader.next() { try target.take(event) }
            } catch {
                target.abandon()
                throw error
            }
            try check("\(directory.path)/out", target.summary)
            return target.summary
        }
    }

    @Test("rights, times, links and content come as they are; read-only directories too")
    func tree() throws {
        try unpack([
            Self.directory("data/", mode: 0o750), Self.directory("data/locked", mode: 0o555),
            Self.file("data/locked/a", "one", mode: 0o4755), Self.link("data/locked/up", "../b"),
            Self.file("data/b", "two", mode: 0o600), Self.hardLink("data/same", "data/b"),
            Self.file("data/deep/er/c", ""),
        ]) { (out: String, summary: CopySummary) throws in
            #expect(summary.members == 7 && summary.bytes == 6 && summary.remarks.isEmpty)
            #expect(try String(contentsOfFile: "\(out)/locked/up", encoding: .utf8) == "two")
            #expect(try String(contentsOfFile: "\(out)/same", encoding: .utf8) == "two")
            for (name, mode) in [
                ("", 0o750), ("/locked", 0o555), ("/locked/a", 0o755), ("/b", 0o600), ("/deep", 0o755),
            ] {
                let facts = try FileManager.default.attributesOfItem(atPath: out + name)
                #expect((facts[.posixPermissions] as? Int) == mode, "\(name)")
                if name != "/deep" {
                    #expect((facts[.modificationDate] as? Date)?.timeIntervalSince1970 == 1_700_000_000, "\(name)")
                }
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(out)/locked")
        }
    }

    @Test("a single file becomes what was named")
    func single() throws {
        try unpack([Self.file("data", "text")]) { (out: String, _: CopySummary) throws in
            #expect(try String(contentsOfFile: out, encoding: .utf8) == "text")
        }
    }

    @Test(
        "names that lead out, and those of other trees, are refused",
        arguments: [
            "/etc/passwd", "/data/x", "data/../secret", "../secret", "data/a/../../../x", "secret", "database/x",
            "data/..", "..",
        ])
    func names(path: String) throws {
        for member in [Self.file(path), Self.directory(path), Self.link(path, "a"), Self.hardLink(path, "data/a")] {
            let error = #expect(throws: Finding.self) {
                try unpack([Self.directory("data"), Self.file("data/a"), member])
            }
            #expect(error?.code == .unsafeArchive)
            #expect(error?.field?.hasPrefix(path) == true)
            // Leaving out what is unsafe does not make these any better.
            #expect(throws: Finding.self) { try unpack([member], skipsUnsafe: true) }
        }
    }

    @Test(
        "links that lead out are refused, or left out where that is wished",
        arguments: [
            ("l", "/etc/passwd"), ("l", ".."), ("l", "../secret"), ("d/l", "../../secret"), ("l", "a/../../secret"),
            ("l", "d/.."),
            ("d/l", "../x/../.."), ("l", ""),
        ])
    func links(name: String, target: String) throws {
        let members = [Self.directory("data"), Self.directory("data/d"), Self.link("data/\(name)", target)]
        let error = #expect(throws: Finding.self) { try unpack(members) }
        #expect(error?.code == .unsafeArchive)
        let summary = try unpack(members + [Self.file("data/z")], skipsUnsafe: true) {
            (out: String, _: CopySummary) throws in
            #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: "\(out)/\(name)")) == nil)
            #expect(FileManager.default.fileExists(atPath: "\(out)/z"))
        }
        #expect(summary.remarks.map { $0.field } == ["data/\(name)"])
    }

    @Test(
        "links that stay inside are kept",
        arguments: [("l", "a"), ("l", "./d/x"), ("d/l", "../a"), ("d/e/l", "../../a")])
    func innerLinks(name: String, target: String) throws {
        try unpack([Self.directory("data"), Self.link("data/\(name)", target)]) {
            (out: String, _: CopySummary) throws in
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(out)/\(name)") == target)
        }
    }

    @Test("nothing is written through a link, be it from the archive or there before")
    func throughLinks() throws {
        #expect(throws: Finding.self) {
            try unpack([
                Self.directory("data"), Self.directory("data/d"), Self.link("data/l", "d"), Self.file("data/l/x"),
            ])
        }
        #expect(throws: Finding.self) {
            try unpack([
                Self.directory("data"), Self.directory("data/d"), Self.link("data/l", "d"), Self.directory("data/l"),
            ])
        }
        for members in [[Self.file("data/l/x")], [Self.directory("data/l/x")], [Self.link("data/l/x", "y")]] {
            let error = #expect(throws: Finding.self) {
                try unpack(
                    members,
                    prepare: { directory in
                        let manager = FileManager.default
                        try manager.createDirectory(
                            atPath: "\(directory.path)/outside", withIntermediateDirectories: true)
                        try manager.createDirectory(atPath: "\(directory.path)/out", withIntermediateDirectories: true)
                        try manager.createSymbolicLink(
                            atPath: "\(directory.path)/out/l", withDestinationPath: "\(directory.path)/outside")
                    }
                ) { _, _ in }
            }
            #expect(error?.code == .unsafeArchive)
        }
    }

    @Test("a file replaces a link of its name, and another name of an old file keeps its content")
    func replaced() throws {
        try unpack(
            [Self.directory("data"), Self.file("data/l", "new"), Self.file("data/h", "new")],
            prepare: { directory in
                try FileManager.default.createDirectory(
                    atPath: "\(directory.path)/out", withIntermediateDirectories: true)
                try FileManager.default.createSymbolicLink(
                    atPath: "\(directory.path)/out/l", withDestinationPath: "../secret")
                try FileManager.default.linkItem(atPath: "\(directory.path)/secret", toPath: "\(directory.path)/out/h")
            }
        ) { (out: String, _: CopySummary) throws in
            #expect(try String(contentsOfFile: "\(out)/l", encoding: .utf8) == "new")
            #expect(try String(contentsOfFile: "\(out)/h", encoding: .utf8) == "new")
        }
    }

    @Test(
        "hard links lead to files of the copy and nowhere else",
        arguments: [
            "secret", "../secret", "/etc/passwd", "data/../secret", "data/missing", "data/l", "data/d", "data/h",
            "data",
        ])
    func hardLinks(target: String) throws {
        let error = #expect(throws: Finding.self) {
            try unpack([
                Self.directory("data"), Self.directory("data/d"), Self.file("data/a"), Self.link("data/l", "a"),
                Self.hardLink("data/h", target),
            ])
        }
        #expect(error?.code == .unsafeArchive)
    }

    @Test("devices and pipes are never made", arguments: "346S")
    func devices(type: Character) throws {
        let entry = TarEntry(path: "data/x", kind: .other(type.asciiValue ?? 0), mode: 0o666, modified: Self.time)
        #expect(throws: Finding.self) { try unpack([Self.directory("data"), (entry, [])]) }
        let summary = try unpack([Self.directory("data"), (entry, []), Self.file("data/y")], skipsUnsafe: true) {
            (out: String, _: CopySummary) throws in
            #expect(try FileManager.default.contentsOfDirectory(atPath: out) == ["y"])
        }
        #expect(summary.remarks.count == 1)
    }

    @Test("more content than allowed is refused before it is written; half a file does not stay")
    func limit() throws {
        let error = #expect(throws: Finding.self) {
            try unpack(
                [Self.directory("data"), Self.file("data/a", "12345"), Self.file("data/b", "123456")], limit: 10)
        }
        #expect(error?.code == .bodyTooLarge)
        try withTemporaryDirectory { directory in
            var target = ArchiveTarget(prefix: ["data"], local: "\(directory.path)/out", skipsUnsafe: false, limit: 100)
            try target.take(.entry(Self.file("data/a", "12345").0))
            try target.take(.content([1, 2]))
            target.abandon()
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/out").isEmpty)
        }
    }

    @Test("an archive cannot fill the memory with members that are left out, nor bury them endlessly deep")
    func floods() throws {
        let device = TarEntry(path: "data/x", kind: .other(UInt8(ascii: "3")), mode: 0o666, modified: Self.time)
        let flood = (0..<1500).map { _ in (device, [UInt8]()) }
        #expect(try unpack([Self.directory("data")] + flood, skipsUnsafe: true).remarks.count == 1000)
        let deep = "data" + String(repeating: "/d", count: 600)
        let error = #expect(throws: Finding.self) { try unpack([Self.directory("data"), Self.file(deep)]) }
        #expect(error?.code == .unsafeArchive)
    }

    @Test("a file does not take a directory's place, nor a directory a file's")
    func collisions() throws {
        #expect(throws: (any Error).self) { try unpack([Self.file("data"), Self.file("data/x")]) }
        #expect(throws: (any Error).self) { try unpack([Self.directory("data"), Self.file("data")]) }
        #expect(throws: (any Error).self) { try unpack([Self.file("data/a"), Self.directory("data/a")]) }
        #expect(throws: (any Error).self) { try unpack([Self.directory("data/a"), Self.file("data/a")]) }
    }
}
