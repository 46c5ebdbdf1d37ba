import ClawBase

/// What Go's YAML decoder says about a text that is not YAML. Kubernetes passes it on.
enum GoYAML {
    /// - Parameter finding: what ``Manifest`` says, with the line as its field's last part.
    static func words(for finding: Finding) -> String {
        let parts = finding.message.split(separator: ",").map { $0.drop { $0 == " " } }
        let cause = parts.last { $0.hasPrefix("did not find") || $0.hasPrefix("found ") } ?? finding.message[...]
        // Its parser counts lines from 0 and leaves the first one out; its scanner counts one more.
        let isScanner = finding.message.contains("while scanning")
        let line = (finding.field?.split(separator: ":").last.flatMap { Int($0) } ?? 0) - (isScanner ? 0 : 1)
        return "yaml: \(line > 0 ? "line \(line): " : "")\(cause)"
    }
}
