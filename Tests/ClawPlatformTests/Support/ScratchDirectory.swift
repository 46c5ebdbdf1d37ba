import FoundationEssentials

/// A directory of its own, removed at the end.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "claw-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension ScratchDirectory {
    /// The contents of every file in it.
    func files() throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: path).map { name in
            Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
        }
    }
}
