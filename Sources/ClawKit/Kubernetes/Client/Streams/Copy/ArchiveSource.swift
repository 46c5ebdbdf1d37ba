import ClawBase

/// Local files as a tar archive, written piece by piece.
struct ArchiveSource {
    private static let pieceSize = 64 << 10

    private let send: ([UInt8]) async throws -> Void
    private var buffer: [UInt8] = []
    private(set) var summary = CopySummary()

    init(send: @escaping ([UInt8]) async throws -> Void) { self.send = send }

    /// What lies in the directory, under its names there.
    mutating func write(contentOf directory: SystemDirectory) async throws {
        try await write(directory, as: "")
        try await end()
    }

    /// One file, under a name.
    mutating func write(_ name: String, in directory: SystemDirectory, as path: String) async throws {
        guard let status = try directory.status(of: name), status.kind == .file else {
            throw SystemError(call: "read", path: "\(directory.path)/\(name)", number: 2)
        }
        try await write(file: name, status, in: directory, as: path)
        try await end()
    }

    private mutating func end() async throws {
        try await put(TarWriter.end)
        try await send(buffer)
    }

    private mutating func write(_ directory: SystemDirectory, as prefix: String) async throws {
        for name in try directory.names() {
            try Task.checkCancellation()
            // Gone since it was listed.
            guard let status = try directory.status(of: name) else { continue }
            let path = prefix + name
            switch status.kind {
            case .file: try await write(file: name, status, in: directory, as: path)
            case .directory:
                try await put(
                    TarWriter.header(
                        TarEntry(path: path, kind: .directory, mode: status.mode, modified: status.modified)))
                summary.members += 1
                try await write(try directory.directory(name), as: path + "/")
            case .symbolicLink:
                let target = try directory.target(ofLink: name)
                try await put(
                    TarWriter.header(
                        TarEntry(path: path, kind: .symbolicLink(to: target), mode: 0o777, modified: status.modified)))
                summary.members += 1
            case .other:
                summary.remarks.append(
                    Finding(
                        .unsafeArchive,
                        "It is no file, directory or symbolic link and was left out; make it in the container.",
                        field: "\(directory.path)/\(name)"))
            }
        }
    }

    private mutating func write(
        file name: String, _ status: FileStatus, in directory: SystemDirectory, as path: String
    ) async throws {
        let file = try directory.file(name)
        try await put(
            TarWriter.header(
                TarEntry(path: path, kind: .file, mode: status.mode, modified: status.modified, size: status.size)))
        var offset = 0
        // What is appended meanwhile stays out: the header has told the size.
        while offset < status.size {
            let bytes = try file.read(min(Self.pieceSize, status.size - offset), at: offset)
            guard !bytes.isEmpty else {
                throw Finding(
                    .copyFailed, "The file became shorter while it was copied; copy again when nobody writes to it.",
                    field: file.path)
            }
            offset += bytes.count
            try await put(bytes)
        }
        try await put(TarWriter.padding(status.size))
        summary.members += 1
        summary.bytes += status.size
    }

    /// Small pieces together: each is a message of its own.
    private mutating func put(_ bytes: [UInt8]) async throws {
        buffer += bytes
        guard buffer.count >= Self.pieceSize else { return }
        let full = buffer
        buffer.removeAll(keepingCapacity: true)
        try await send(full)
    }
}
