public import ClawBase

/// What a copy came to.
public struct CopySummary: Sendable, Hashable {
    /// Files, directories and links.
    public var members = 0
    /// Of the files' content.
    public var bytes = 0
    /// What was left out, and why (the first thousand); what was copied while it changed.
    public var remarks: [Finding] = []

    public init() {}
}

/// A path in a container: what is copied, or what the copy becomes.
struct ContainerPath: Sendable {
    /// Without empty parts and `.`.
    let parts: [String]
    let isAbsolute: Bool
    /// Whether it was written with a slash at the end.
    let isDirectory: Bool

    /// - Throws: ``Finding`` with ``FindingCode/badRequest`` for an empty path, and for one with `..`.
    init(_ text: String) throws(Finding) {
        let parts = text.split(separator: "/").filter { $0 != "." }.map(String.init)
        guard !text.isEmpty, !text.utf8.contains(0), !parts.contains("..") else {
            throw Finding(
                .badRequest, "'\(text)' cannot be copied from or to; write a path without '..'.", field: "path")
        }
        (self.parts, isAbsolute) = (parts, text.hasPrefix("/"))
        isDirectory = text.hasSuffix("/") || parts.isEmpty
    }

    /// For commands: never to be taken for an option.
    var argument: String { Self.argument(parts, isAbsolute) }
    /// Of the directory it lies in.
    var parent: String { Self.argument(parts.dropLast(), isAbsolute) }

    private static func argument(_ parts: some BidirectionalCollection<String>, _ isAbsolute: Bool) -> String {
        let text = parts.joined(separator: "/")
        return isAbsolute ? "/\(text)" : text.isEmpty ? "." : "./\(text)"
    }
}
