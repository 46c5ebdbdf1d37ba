import ClawBase
import ClawDocuments
import ClawKubernetes
import FoundationEssentials
import HTTPTypes
import Synchronization

/// Runs `body` with a directory of its own, which is gone afterwards.
func withScratch<R>(_ body: (TemporaryDirectory) async throws -> R) async throws -> R {
    let path = FileManager.default.temporaryDirectory.appending(path: "clawkit \(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(TemporaryDirectory(path: path))
}

extension TemporaryDirectory {
    /// Writes a program.
    @discardableResult
    func program(_ text: String, _ name: String = "plugin") throws -> String {
        let file = try write(text, to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        return file
    }

    func text(_ name: String) -> String {
        (try? Data(contentsOf: URL(filePath: "\(path)/\(name)"))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Puts another file in a name's place, as a kubelet does.
    func replace(_ text: String, _ name: String) throws {
        let new = try write(text, to: "\(name).new")
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        try FileManager.default.moveItem(atPath: new, toPath: "\(path)/\(name)")
    }
}

/// The environment of a plugin: what a shell needs, and nothing of this process.
let shell = ["PATH": "/usr/bin:/bin"]

extension Credential {
    var shown: String? { authorization?.reveal() }
}

/// An `ExecCredential` as a line of shell that prints it.
func execAnswer(_ status: String, version: String = "v1") -> String {
    #"echo '{"apiVersion":"client.authentication.k8s.io/\#(version)","kind":"ExecCredential","status":\#(status)}'"#
}

extension TimeSource where Self == VirtualTime {
    static var virtual: VirtualTime { VirtualTime() }
}

/// An unsigned JSON Web Token that ends at a moment.
func webToken(_ name: String, ends: Timestamp) -> String {
    let claims: JSON = ["sub": .string(name), "exp": .integer(ends.seconds)]
    return "\(Base64URL.encode(Array("{}".utf8))).\(Base64URL.encode(claims.bytes())).sig"
}
