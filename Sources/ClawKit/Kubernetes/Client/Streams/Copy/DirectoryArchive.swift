import ClawBase

/// A local directory's content as a tar archive and back, for archives that never see a container.
package enum DirectoryArchive {
    /// Hands over the archive of what lies in the directory, piece by piece, under its names there.
    /// - Throws: ``SystemError`` where something cannot be read, ``Finding`` where a file shrinks meanwhile.
    package static func write(_ directory: String, send: @escaping ([UInt8]) async throws -> Void) async throws
        -> CopySummary
    {
        var source = ArchiveSource(send: send)
        try await source.write(contentOf: SystemDirectory.open(directory))
        return source.summary
    }

    /// Unpacks an archive that comes in pieces into a directory, with ``ArchiveTarget``'s caution.
    package struct Unpacking {
        private var reader = TarReader()
        private var target: ArchiveTarget

        /// - Parameter limit: the most bytes of content.
        package init(into directory: String, limit: Int) {
            target = ArchiveTarget(prefix: [], local: directory, skipsUnsafe: false, limit: limit)
        }

        /// - Throws: ``Finding`` with ``FindingCode/badArchive`` or ``FindingCode/unsafeArchive``, ``SystemError``.
        package mutating func append(_ bytes: [UInt8]) throws {
            reader.append(bytes)
            while let event = try reader.next() { try target.take(event) }
        }

        /// Tells that nothing more comes.
        /// - Throws: ``Finding`` where the archive is cut off.
        package func finish() throws { try reader.finish() }

        /// Removes what a failure left half written.
        package func abandon() { target.abandon() }
    }
}
