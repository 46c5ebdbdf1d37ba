public import ClawCustomResources

/// When a runtime may sleep though it is wanted running. Absent: never by itself.
public struct RuntimeIdle: SchemaView {
    /// What counts as use.
    public enum Signal: String, SchemaEnum {
        /// Requests that were let in, and what moves on the streams and WebSockets they opened.
        case requests = "Requests"
        /// Streams and WebSockets that are open, even where nothing moves on them.
        case connections = "Connections"
        /// What the program itself says when it is asked, just before it would be put to sleep.
        case agent = "Agent"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init(afterSeconds: Int? = nil) {
        document = JSONObject()
        self.afterSeconds = afterSeconds
    }

    public static let properties = [
        Property(
            "afterSeconds", Int?.self, "Sleeps after so long without use; absent: in its sleeping hours only.",
            .range(1...31_536_000)),
        Property("signals", [Signal].self, "What counts as use.", default: [.requests], .count(1...3), .set),
        Property("sleepAt", String?.self, "When its sleeping hours begin, as cron writes it.", .length(0...1000)),
        Property("wakeAt", String?.self, "When they end; it is woken then.", .length(0...1000)),
        Property("timeZone", String?.self, "Of both, as in Europe/Berlin; UTC if absent.", .length(0...255)),
    ]

    public var afterSeconds: Int? {
        get { self["afterSeconds"] }
        set { self["afterSeconds"] = newValue }
    }
    public var signals: [Signal] {
        get { self["signals", default: [.requests]] }
        set { self["signals"] = newValue }
    }
    public var sleepAt: String? {
        get { self["sleepAt"] }
        set { self["sleepAt"] = newValue }
    }
    public var wakeAt: String? {
        get { self["wakeAt"] }
        set { self["wakeAt"] = newValue }
    }
    public var timeZone: String? {
        get { self["timeZone"] }
        set { self["timeZone"] = newValue }
    }
}

/// What becomes of requests to a runtime that sleeps.
public struct RuntimeWake: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("onRequest", Bool.self, "Whether a request wakes it.", default: true),
        Property(
            "holdSeconds", Int.self,
            "How long a request is held at most until it is ready; then browsers get a page that tries again.",
            default: 15, .range(0...600)),
    ]

    public var onRequest: Bool {
        get { self["onRequest", default: true] }
        set { self["onRequest"] = newValue }
    }
    public var holdSeconds: Int {
        get { self["holdSeconds", default: 15] }
        set { self["holdSeconds"] = newValue }
    }
}

/// That a runtime sleeps though it is wanted running.
public struct RuntimeSleep: SchemaView, Hashable {
    public enum Reason: String, SchemaEnum {
        /// It was not used.
        case idle = "Idle"
        /// Its sleeping hours have begun.
        case scheduled = "Scheduled"
        /// It ran for as long as its policy allows.
        case runningTimeOver = "RunningTimeOver"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("since", String?.self, "RFC 3339."), Property("reason", Reason?.self),
    ]

    /// - Parameter since: RFC 3339.
    public init(since: String, reason: Reason) {
        document = ["since": .string(since), "reason": .string(reason.rawValue)]
    }

    public var since: String? { self["since"] }
    public var reason: Reason? { self["reason"] }
}
