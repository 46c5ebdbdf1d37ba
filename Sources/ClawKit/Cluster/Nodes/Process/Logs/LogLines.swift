import ClawBase

/// From lines of the CRI log format to what a reader sees. Pure.
struct LogLines: Sendable {
    let since: Timestamp?
    let timestamps: Bool
    private var rest: [UInt8] = []
    /// The last one seen was a part, so the next one goes on in its line.
    private var isWithinLine = false

    init(since: Timestamp?, timestamps: Bool) { (self.since, self.timestamps) = (since, timestamps) }

    mutating func take(_ chunk: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(chunk.count)
        rest += chunk
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            add(rest[start..<end], to: &output)
            start = end + 1
        }
        rest.removeFirst(start)
        return output
    }

    private mutating func add(_ line: ArraySlice<UInt8>, to output: inout [UInt8]) {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        // A line a crash cut short is shown as it is.
        guard fields.count == 4 else {
            output += line + [UInt8(ascii: "\n")]
            return
        }
        let isPart = fields[2].elementsEqual([UInt8(ascii: "P")])
        defer { isWithinLine = isPart }
        if let since, let time = Timestamp(rfc3339: String(decoding: fields[0], as: UTF8.self)), time < since { return }
        if timestamps, !isWithinLine { output += fields[0] + [UInt8(ascii: " ")] }
        output += fields[3]
        if !isPart { output.append(UInt8(ascii: "\n")) }
    }
}
