import ArgumentParser
import ClawDocuments
import ExampleSupport

/// When a runtime sleeps, how it wakes, and what of it is kept; what is left away stays as it is, or as its template says.
struct RestOptions: ParsableArguments {
    enum Signal: String, ExpressibleByArgument, CaseIterable { case requests, connections, agent }
    enum Rest: String, ExpressibleByArgument, CaseIterable { case suspend, stop, drain, never }
    enum Update: String, ExpressibleByArgument, CaseIterable { case best, process, image, volume }

    /// A time, or never.
    struct IdleTime: ExpressibleByArgument, Equatable {
        /// nil: never.
        let seconds: Int?

        init?(argument: String) {
            if argument == "never" {
                seconds = nil
                return
            }
            guard let limit = TimeLimit(argument: argument) else { return nil }
            seconds = max(1, Int(limit.duration.components.seconds))
        }
    }

    @Option(
        help: ArgumentHelp(
            "Sleeps after so long without use, like 10m; 'never': only in its sleeping hours.", valueName: "time|never"))
    var idleAfter: IdleTime?
    @Option(help: ArgumentHelp("What counts as use, once for each: requests, connections, agent.", valueName: "signal"))
    var idleSignal: [Signal] = []
    @Option(help: ArgumentHelp("When its sleeping hours begin: minute, hour, day, month, weekday.", valueName: "cron"))
    var sleepAt: String?
    @Option(help: ArgumentHelp("When they end; it is woken then.", valueName: "cron"))
    var wakeAt: String?
    @Option(help: ArgumentHelp("Of both, as in Europe/Berlin; UTC unless it is said.", valueName: "zone"))
    var timeZone: String?
    @Option(help: ArgumentHelp("Whether a request wakes it.", valueName: "true|false"))
    var wakeOnRequest: Bool?
    @Option(help: ArgumentHelp("How long a request is held until it is ready; 0: not at all.", valueName: "seconds"))
    var holdSeconds: Int?
    @Option(
        help: ArgumentHelp("What it does is kept before this, once for each: suspend, stop, drain; or never.", valueName: "rest"))
    var checkpointOn: [Rest] = []
    @Option(help: ArgumentHelp("How long keeping may take.", valueName: "seconds"))
    var checkpointTimeoutSeconds: Int?
    @Option(help: ArgumentHelp("The Secret of the project whose 'key' the archive is encrypted with.", valueName: "name"))
    var checkpointSecret: String?
    @Option(help: "It is kept before updates, so: best, process, image, volume.")
    var checkpointBeforeUpdate: Update?

    func validate() throws {
        if let holdSeconds, !(0...600).contains(holdSeconds) {
            throw ValidationError("--hold-seconds is a number from 0 to 600.")
        }
        if let checkpointTimeoutSeconds, !(1...60).contains(checkpointTimeoutSeconds) {
            throw ValidationError("--checkpoint-timeout-seconds is a number from 1 to 60.")
        }
        if checkpointOn.contains(.never), checkpointOn.count > 1 {
            throw ValidationError("--checkpoint-on never goes with no other.")
        }
    }

    /// `{idle?, wake?, checkpoint?}` with what was said.
    var words: JSONObject {
        var (idle, wake, checkpoint) = (JSONObject(), JSONObject(), JSONObject())
        if let idleAfter { idle["afterSeconds"] = idleAfter.seconds.map { .integer(Int64($0)) } ?? .null }
        if !idleSignal.isEmpty { idle["signals"] = .array(idleSignal.map { .string(word($0.rawValue)) }) }
        for (name, text) in [("sleepAt", sleepAt), ("wakeAt", wakeAt), ("timeZone", timeZone)] {
            if let text { idle[FieldKey(name)] = .string(text) }
        }
        if let wakeOnRequest { wake["onRequest"] = .bool(wakeOnRequest) }
        if let holdSeconds { wake["holdSeconds"] = .integer(Int64(holdSeconds)) }
        if !checkpointOn.isEmpty { checkpoint["on"] = .array(checkpointOn.map { .string(word($0.rawValue)) }) }
        if let checkpointTimeoutSeconds { checkpoint["timeoutSeconds"] = .integer(Int64(checkpointTimeoutSeconds)) }
        if let checkpointSecret { checkpoint["secretName"] = .string(checkpointSecret) }
        if let checkpointBeforeUpdate {
            let method = checkpointBeforeUpdate == .best ? JSON.null : .string(word(checkpointBeforeUpdate.rawValue))
            checkpoint["beforeUpdate"] = ["method": method]
        }
        var words = JSONObject()
        for (name, rule) in [("idle", idle), ("wake", wake), ("checkpoint", checkpoint)] where !rule.isEmpty {
            words[FieldKey(name)] = .object(rule)
        }
        return words
    }

    /// As the spec writes it.
    private func word(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
