public import ClawBase
import ClawDocuments
public import ClawKubernetes
public import ClawModels
import DequeModule
public import Logging
import Synchronization

/// Tells what a controller did with an object, as Events (`events.k8s.io/v1`) that `kubectl describe` shows.
///
///     let recorder = EventRecorder(client, reportingController: "one-click.dev/rollouts")
///     recorder.normal("Scaled", "Scaled up to 3 replicas.", action: "Scale", on: rollout)
///     try await recorder.run()            // writes, beside the controller
///
/// Recording never waits and never fails: events are for people, and best effort. Equal events become a series, whose
/// count is written once in a while; many similar ones are combined; about one object no more than a burst is written.
/// What waits and what is remembered is bounded.
public final class EventRecorder: Sendable {
    public struct Options: Sendable {
        /// Between two writes of a series' count.
        public var interval: Duration = .seconds(30)
        /// How many events about one object are written at once, and how long one more takes.
        public var burst = 25
        public var refill: Duration = .seconds(300)
        /// How long one write may take.
        public var deadline: Duration = .seconds(5)
        /// Events that wait to be written; more are lost.
        public var mostWaiting = 1000
        public init() {}
    }

    /// An event that waits to be written.
    struct Entry: Sendable {
        let subject: EventLedger.Subject
        let write: EventLedger.Write
        /// nil for counts, which change nothing else.
        let regarding: ObjectReference?
        let related: ObjectReference?
        let time: Timestamp
        var attempts = 0
    }
    struct State {
        var ledger: EventLedger
        var waiting: Deque<Entry> = []
        var lost = 0
    }

    let api: any KubernetesAPI
    let controller: String
    let instance: String
    let time: any TimeSource
    let options: Options
    let logger: Logger
    private let redaction = NoteRedaction()
    let state: Mutex<State>
    let news = Signal()

    /// - Parameters:
    ///   - reportingController: a qualified name: `one-click.dev/rollouts`.
    ///   - reportingInstance: of this replica; the host's name if nil.
    public init(
        _ api: some KubernetesAPI, reportingController: String, reportingInstance: String? = nil,
        time: some TimeSource = .system, options: Options = Options(),
        logger: Logger = Logger(label: "clawkit.events") { _ in SwiftLogNoOpLogHandler() }
    ) {
        (self.api, controller, self.time, self.options, self.logger) = (api, reportingController, time, options, logger)
        instance = String((reportingInstance ?? Machine.hostName).prefix(128))
        var limits = EventLedger.Limits()
        (limits.burst, limits.refill, limits.interval) = (Double(options.burst), options.refill, options.interval)
        state = Mutex(State(ledger: EventLedger(limits)))
    }

    /// From now on this value is taken out of notes, wherever it stands in them; so are bearer tokens and passwords in
    /// URLs without being named. Values of less than six characters are too common to be found.
    public func hide(_ secret: Secret<String>) { redaction.hide(secret) }

    /// Something that is as it should be.
    /// - Parameters:
    ///   - reason: why, in one word for programs: `Scaled`.
    ///   - note: for people; cut after 1024 bytes. Redacted as ``hide(_:)`` says.
    ///   - action: what was done, in one word; the reason if nil.
    ///   - related: another object that it has to do with.
    public func normal(
        _ reason: String, _ note: String, action: String? = nil, on object: some Resource,
        related: ObjectReference? = nil
    ) {
        record("Normal", reason, note, action, object, related)
    }

    /// Something that somebody should look at.
    public func warning(
        _ reason: String, _ note: String, action: String? = nil, on object: some Resource,
        related: ObjectReference? = nil
    ) {
        record("Warning", reason, note, action, object, related)
    }

    private func record<R: Resource>(
        _ type: String, _ reason: String, _ note: String, _ action: String?, _ object: R, _ related: ObjectReference?
    ) {
        let now = time.now
        let kind = object.resourceType
        let subject = EventLedger.Subject(
            uid: object.uid ?? "\(kind.qualifiedName)/\(object.namespace ?? "")/\(object.name)",
            // Those of objects without a namespace have their place too.
            namespace: object.namespace ?? "default", type: type,
            reason: String(reason.prefix(128)), action: String((action ?? reason).prefix(128)))
        let note = redaction.redacted(note).cut(toBytes: 1024 - EventLedger.combined.utf8.count)
        let isNew = state.withLock { state in
            guard let write = state.ledger.record(subject, note, object: object.name, at: now) else {
                return state.ledger.nextDue != nil
            }
            guard state.waiting.count < options.mostWaiting else {
                state.ledger.forget(subject)
                state.lost += 1
                return false
            }
            let regarding = ObjectReference(
                apiVersion: kind.apiVersion, kind: kind.kind, name: object.name, namespace: object.namespace,
                resourceVersion: object.resourceVersion, uid: object.uid)
            state.waiting.append(
                Entry(subject: subject, write: write, regarding: regarding, related: related, time: now))
            return true
        }
        if isNew { news.raise() }
    }

    /// How many events were lost because too many waited.
    public var lostCount: Int { state.withLock { $0.lost } }
}
