import ClawBase

enum OutputStream: String, Sendable { case stdout, stderr }

/// Cuts one output stream into lines of the CRI log format, `TIME STREAM F|P TEXT`. Pure.
///
/// `F` is a full line, `P` a part: of a line beyond the limit, or the last one where the stream ended without a
/// newline. <https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md>
struct LineFramer: Sendable {
    /// The longest line that stays one, in bytes; containerd's number.
    static let lineLimit = 16 << 10

    let stream: OutputStream
    private var partial: [UInt8] = []

    init(_ stream: OutputStream) { self.stream = stream }

    mutating func frame(_ chunk: some Collection<UInt8>, at now: Timestamp) -> [UInt8] {
        var output: [UInt8] = []
        let head = Array("\(now.rfc3339(fractionDigits: 9)) \(stream.rawValue) ".utf8)
        var rest = chunk[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            add(rest[..<end], head, &output)
            Self.append(partial, UInt8(ascii: "F"), head, &output)
            partial.removeAll(keepingCapacity: true)
            rest = rest[rest.index(after: end)...]
        }
        add(rest, head, &output)
        return output
    }

    /// What is left when the stream ends.
    mutating func finish(at now: Timestamp) -> [UInt8] {
        guard !partial.isEmpty else { return [] }
        var output: [UInt8] = []
        Self.append(
            partial, UInt8(ascii: "P"), Array("\(now.rfc3339(fractionDigits: 9)) \(stream.rawValue) ".utf8), &output)
        partial = []
        return output
    }

    /// Adds to the line under way; what goes beyond the limit is written as parts.
    private mutating func add(_ bytes: some Collection<UInt8>, _ head: [UInt8], _ output: inout [UInt8]) {
        var rest = bytes[...]
        while partial.count + rest.count > Self.lineLimit {
            let room = Self.lineLimit - partial.count
            partial += rest.prefix(room)
            rest = rest.dropFirst(room)
            Self.append(partial, UInt8(ascii: "P"), head, &output)
            partial.removeAll(keepingCapacity: true)
        }
        partial += rest
    }

    private static func append(_ text: [UInt8], _ tag: UInt8, _ head: [UInt8], _ output: inout [UInt8]) {
        output += head
        output.append(tag)
        output.append(UInt8(ascii: " "))
        output += text
        output.append(UInt8(ascii: "\n"))
    }
}
