import Crypto

/// A step from one version of a schema to the next.
public struct Migration: Sendable, Hashable {
    /// From 1, without gaps.
    public let version: Int
    /// For people: `add budgets`.
    public let name: String
    /// Statements separated by semicolons, without BEGIN and COMMIT: it is one transaction as a whole.
    public let script: String

    public init(_ version: Int, _ name: String, _ script: String) {
        (self.version, self.name, self.script) = (version, name, script)
    }

    /// SHA-256 of the script.
    public var checksum: [UInt8] { Array(SHA256.hash(data: Array(script.utf8))) }
}
