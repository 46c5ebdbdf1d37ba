import ArgumentParser
import ClawBase
import ClawDocuments
import Foundation
import HTTPTypes

extension RuntimeCommand {
    struct Export: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes what a running runtime keeps to a tar archive.",
            discussion: "The archive is complete or not written at all; at most 1 GiB.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @Argument(help: "The archive's file; one that is there is replaced.") var file: String

        func run(in session: Session) async throws {
            let place = try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).existing()
            let path = try place.address.path("volume")
            let request = session.controlPlane.request(.get, path, accept: "application/x-tar")
            let response = try await session.controlPlane.accepted(try await session.controlPlane.send(request), path)
            let partial = "\(file).part"
            guard FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600]),
                let handle = FileHandle(forWritingAtPath: partial)
            else { throw Failure.usage("the file \(file) cannot be written", field: "file") }
            var size = 0
            do {
                for try await bytes in response.body {
                    try handle.write(contentsOf: bytes)
                    size += bytes.count
                }
                try handle.close()
                try? FileManager.default.removeItem(atPath: file)
                try FileManager.default.moveItem(atPath: partial, toPath: file)
            } catch {
                try? FileManager.default.removeItem(atPath: partial)
                throw error
            }
            session.show(
                ["file": .string(file), "bytes": .integer(Int64(size))],
                text: "\(size) bytes of \(place.address.project)/\(place.address.name) written to \(file)")
        }
    }

    struct Import: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a tar archive over what a running runtime keeps.",
            discussion: "What the archive does not name stays. A program that reads its state once needs a restart.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @Argument(help: "The archive's file.") var file: String

        func run(in session: Session) async throws {
            let place = try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).existing()
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw Failure.usage("the file \(file) cannot be read", field: "file")
            }
            let size = try Int(handle.seekToEnd())
            try handle.seek(toOffset: 0)
            let path = try place.address.path("volume")
            var request = session.controlPlane.request(.put, path, accept: "application/x-tar")
            let reader = FileReader(handle)
            request.body = .stream(AsyncThrowingStream(unfolding: reader.next), length: size)
            _ = try await session.controlPlane.accepted(try await session.controlPlane.send(request), path)
            session.show(
                ["file": .string(file), "bytes": .integer(Int64(size))],
                text: "\(size) bytes of \(file) written to \(place.address.project)/\(place.address.name)")
        }
    }

    private actor FileReader {
        private let handle: FileHandle
        init(_ handle: sending FileHandle) { self.handle = handle }

        @Sendable func next() async throws -> [UInt8]? {
            guard let data = try handle.read(upToCount: 256 << 10), !data.isEmpty else { return nil }
            return Array(data)
        }
    }
}
