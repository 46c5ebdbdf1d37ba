import ClawBase
import FoundationEssentials
import Synchronization

/// A directory of its own, removed at the end.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "claw-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The state of the disk at this moment, as a crash would leave it.
    func copy(to other: String) throws {
        try? FileManager.default.removeItem(atPath: other)
        try FileManager.default.copyItem(atPath: path, toPath: other)
    }

    func files(_ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(suffix) }.sorted()
            .map { "\(path)/\($0)" }
    }

    func read(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file))) }
    func write(_ bytes: [UInt8], to file: String) throws { try Data(bytes).write(to: URL(filePath: file)) }
}

/// What a journal gave back.
struct Replayed: Equatable {
    var snapshot: [String] = []
    var records: [String] = []
    var all: [String] { snapshot + records }
}

extension Journal {
    static func open(
        _ directory: String, _ options: Options = Options(durability: .none)
    ) throws -> (Journal, Replayed) {
        var replayed = Replayed()
        let journal = try open(directory: directory, name: "test", options: options) { entry in
            switch entry {
            case .snapshot(let bytes): replayed.snapshot.append(String(decoding: bytes, as: UTF8.self))
            case .record(let bytes): replayed.records.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        return (journal, replayed)
    }

    func append(_ texts: [String]) async throws {
        for text in texts { try await append(Array(text.utf8)) }
    }
}

func texts(_ range: Range<Int>) -> [String] {
    range.map { "record \($0) " + String(repeating: "x", count: $0 * 7 % 40) }
}

/// State that many tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func withLock<R: Sendable>(_ body: (inout Value) throws -> R) rethrows -> R { try value.withLock { try body(&$0) } }
    var current: Value { withLock { $0 } }
}
