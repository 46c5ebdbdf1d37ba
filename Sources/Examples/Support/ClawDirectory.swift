import ClawKit
import Foundation

/// The files a platform keeps in its working directory: `.claw/…`. Directories are 0700, secrets 0600.
public struct ClawDirectory: Sendable {
    public let path: String

    public init(_ path: String = ".claw") throws {
        self.path = path
        try Self.makeDirectory(path)
    }

    public static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Finding(
                .storage, "The directory cannot be made (\(reason(error))); name one that can be written to.", field: path)
        }
    }

    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file whole or not at all, readable by its owner only.
    public func write(_ text: String, to name: String) throws {
        let target = file(name)
        let temporary = "\(target).new"
        let isMade = FileManager.default.createFile(
            atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard isMade, rename(temporary, target) == 0 else {
            throw Finding(.storage, "The file cannot be written; check the directory's permissions and free space.", field: target)
        }
    }

    public func read(_ name: String) -> String? {
        FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The content of a file, made and kept the first time.
    public func keep(_ name: String, _ make: () throws -> String) throws -> String {
        if let text = read(name) { return text }
        let text = try make()
        try write(text, to: name)
        return text
    }

    /// The embedded cluster's authority, made and kept here the first time.
    func authority(now: Timestamp) throws -> CertificateAuthority {
        if let certificate = read("ca.crt"), let key = read("ca.key") {
            return try CertificateAuthority(certificatePEM: certificate, keyPEM: Secret(key))
        }
        let authority = try CertificateAuthority.create(commonName: "ClawKit cluster", now: now)
        try write(authority.keyPEM.reveal(), to: "ca.key")
        try write(authority.certificatePEM, to: "ca.crt")
        return authority
    }
}

private func reason(_ error: any Error) -> String {
    (error as NSError).localizedDescription
}
