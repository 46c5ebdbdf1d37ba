import ClawBase

/// Copies directories of the pod's own. What is neither file, directory nor symbolic link stays out: CRIU makes the
/// sockets and pipes that a process listens on anew.
struct TreeCopy {
    private static let pieceSize = 1 << 20
    /// Bytes of content that may still be copied.
    private var allowance: Int

    init(limit: Int) { allowance = limit }

    /// A directory that is not there is none to copy.
    mutating func copy(_ directory: String, to target: String) throws {
        guard try FileStatus.following(directory)?.kind == .directory else { return }
        try FileTree.makeDirectory(target)
        try copy(try SystemDirectory.open(directory), to: try SystemDirectory.open(target))
    }

    private mutating func copy(_ source: SystemDirectory, to target: SystemDirectory) throws {
        for name in try source.names() {
            guard let status = try source.status(of: name) else { continue }
            switch status.kind {
            case .file:
                let file = try target.newFile(name)
                try copy(try source.file(name), to: file)
                try file.setMode(status.mode)
                try file.setModified(status.modified)
            case .directory:
                _ = try target.makeDirectory(name)
                let inner = try target.directory(name)
                try copy(try source.directory(name), to: inner)
                try inner.setMode(status.mode)
            case .symbolicLink: try target.makeLink(name, to: try source.target(ofLink: name))
            case .other: break
            }
        }
    }

    mutating func copy(_ file: SystemFile, to path: String) throws {
        try copy(file, to: try SystemFile.open(path, .create))
    }

    private mutating func copy(_ file: SystemFile, to target: SystemFile) throws {
        var offset = 0
        while true {
            let bytes = try file.read(Self.pieceSize, at: offset)
            if bytes.isEmpty { return }
            allowance -= bytes.count
            guard allowance >= 0 else {
                throw Finding(
                    .checkpointFailed,
                    "The container's own files are too large for a checkpoint; keep them in a persistent volume.")
            }
            try bytes.withUnsafeBytes { try target.write($0, at: offset) }
            offset += bytes.count
        }
    }
}
