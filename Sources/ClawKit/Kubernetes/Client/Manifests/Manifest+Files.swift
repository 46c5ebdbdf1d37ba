import FoundationEssentials

extension Manifest {
    private static let endings = ["yaml", "yml", "json"]

    /// The objects of files and of the `.yaml`, `.yml` and `.json` files in folders, by name.
    /// - Parameter recursive: whether folders are searched down to their leaves.
    /// - Throws: as ``objects(in:source:)``; ``Finding`` with ``FindingCode/badConfig`` for what cannot be read, and
    ///   for a folder without a manifest.
    public static func objects(at paths: [String], recursive: Bool = false) throws -> [ManifestObject] {
        try paths.flatMap { path in
            guard isFolder(path) else { return try objects(in: text(of: path), source: path) }
            let files = try files(in: path, recursive)
            if files.isEmpty {
                throw Finding(
                    .badConfig,
                    "The folder \(path) has no .yaml, .yml or .json file; name another, or search recursively.",
                    field: path)
            }
            return try files.flatMap { try objects(in: text(of: $0), source: $0) }
        }
    }

    private static func files(in folder: String, _ recursive: Bool) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { throw unreadable(folder) }
        return try names.sorted().flatMap { name -> [String] in
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            if isFolder(path) { return recursive ? try files(in: path, true) : [] }
            return endings.contains { name.hasSuffix(".\($0)") } ? [path] : []
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    private static func text(of path: String) throws -> String {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw unreadable(path) }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Finding(.badConfig, "The file is not UTF-8 text.", field: path)
        }
        return text
    }

    private static func unreadable(_ path: String) -> Finding {
        Finding(.badConfig, "\(path) cannot be read; check that it exists and is readable to this user.", field: path)
    }
}
