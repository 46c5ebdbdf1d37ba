import ClawBase
import ClawDocuments

/// An open watch, and how far it has been read.
struct LogWatch {
    let selector: LogSelector
    /// What comes before the changes.
    var initial: [LogEvent] = []
    /// Changes up to this one have been read.
    private(set) var cursor: UInt64
    var lines: BodyReader?
    private var hasEnded = false

    /// Only for what never comes: how long it is waited for.
    static let patience = Duration.seconds(10)

    init(_ selector: LogSelector, after revision: UInt64) { (self.selector, cursor) = (selector, revision) }

    /// Everything up to the present comes, in order and nothing else; or, where it was forgotten before it was read, 410.
    mutating func read(upTo model: LogModel) async throws {
        if hasEnded { return }
        let expected = initial + model.events(after: cursor, selector)
        for (number, event) in expected.enumerated() {
            let line = try await next(expecting: event)
            if line["type"] == "ERROR", model.isForgotten(cursor) {
                hasEnded = true
                return try Self.checkExpiry(line)
            }
            let object = line["object"]?.object ?? [:]
            let found =
                line["type"] == "BOOKMARK"
                ? LogEvent(bookmarkAt: object.revision) : LogEvent(line["type"]?.string ?? "", object)
            guard found == event else {
                throw LogRun.Discrepancy(
                    description: "event \(number) of the watch\(selector.query) is \(found), not \(event): \(line)")
            }
            if initial.contains(event) { continue }
            cursor = event.revision
        }
        initial = []
    }

    /// A watch from a forgotten revision says so at once.
    func readExpiry() async throws {
        try Self.checkExpiry(try await next(expecting: LogEvent("ERROR", nil)))
        guard try await lines?.next() == nil else {
            throw LogRun.Discrepancy(description: "a watch went on after 410")
        }
    }

    private static func checkExpiry(_ line: JSON) throws {
        guard line["type"] == "ERROR", line["object"]?["code"] == 410, line["object"]?["reason"] == "Expired" else {
            throw LogRun.Discrepancy(description: "instead of 410 came \(line)")
        }
    }

    private func next(expecting event: LogEvent) async throws -> JSON {
        let lines = self.lines
        do {
            let line = try await SystemTime().withDeadline(Self.patience, "\(event)") { try await lines?.next() }
            guard let line else { throw LogRun.Discrepancy(description: "a watch ended before \(event)") }
            return try JSONParser.parse(line)
        } catch let finding as Finding {
            throw LogRun.Discrepancy(description: "\(event) never came to the watch\(selector.query): \(finding.message)")
        }
    }
}
