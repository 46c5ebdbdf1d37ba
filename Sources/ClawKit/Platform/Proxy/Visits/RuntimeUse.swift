import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawResources
import Logging
import Synchronization

/// When runtimes were last used, kept in their status (`lastActivity`) for those that may sleep for want of use.
///
/// The first use after a pause is written at once, later ones once in a while: at most a quarter of the time after which
/// the runtime would sleep is lost, and a runtime that nobody uses is not written at all.
final class RuntimeUse: Sendable {
    private struct Mark {
        var uid: String
        var last: Timestamp
        var written: Timestamp?
        var interval: Duration

        var isDue: Bool { written.map { last > $0 && last - $0 >= interval } ?? true }
    }

    /// How exactly uses are told, between these.
    private static let shortest = Duration.seconds(1)
    private static let longest = Duration.minutes(5)
    /// Runtimes in use at once that are remembered.
    private static let capacity = 100_000

    private let api: any KubernetesAPI
    private let runtimes: ObjectCache<Runtime>
    private let time: any TimeSource
    private let log: Logger
    private let marks = Mutex<[ObjectKey: Mark]>([:])
    private let news = Signal()

    init(_ services: PlatformServices) {
        (api, time, log) = (services.api, services.time, services.log)
        runtimes = services.caches.cache(Runtime.self)
    }

    /// Somebody uses it now.
    func note(_ reference: RuntimeReference) {
        let key = ObjectKey(namespace: reference.project, name: reference.runtime)
        guard let runtime = runtimes[key], runtime.mindsActivity, let uid = runtime.uid else { return }
        let now = time.now
        let interval = runtime.idle?.afterSeconds.map { min(max(.seconds($0) / 4, Self.shortest), Self.longest) }
        let isDue = marks.withLock { marks in
            if var mark = marks[key], mark.uid == uid {
                (mark.last, mark.interval) = (now, interval ?? Self.longest)
                marks[key] = mark
                return mark.isDue
            }
            guard marks.count < Self.capacity else { return false }
            marks[key] = Mark(uid: uid, last: now, written: nil, interval: interval ?? Self.longest)
            return true
        }
        if isDue { news.raise() }
    }

    /// Writes what has been noted, until cancelled.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { [self] in
                while true {
                    try await news.wait()
                    for (key, mark) in due() { try await write(key, mark) }
                }
            }
            group.addTask { [self] in
                while true {
                    try await time.sleep(for: Self.shortest)
                    if tick() { news.raise() }
                }
            }
        }
    }

    private func due() -> [(ObjectKey, Mark)] {
        marks.withLock { marks in
            let due = marks.filter(\.value.isDue)
            for (key, mark) in due { marks[key]?.written = mark.last }
            return Array(due)
        }
    }

    /// Whether something is to be written by now; forgets who has not been used for long.
    private func tick() -> Bool {
        let now = time.now
        return marks.withLock { marks in
            var isDue = false
            marks = marks.filter { _, mark in
                guard let written = mark.written else { return true }
                // What was noted within the interval is told at its end.
                if mark.last > written { isDue = isDue || now - written >= mark.interval }
                return mark.last > written || now - mark.last < mark.interval
            }
            return isDue
        }
    }

    private func write(_ key: ObjectKey, _ mark: Mark) async throws {
        do {
            try await Self.tell(mark.last, of: key, mark.uid, api)
        } catch let error as CancellationError {
            throw error
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            marks.withLock { $0[key] = nil }
        } catch {
            log.warning("a runtime's use could not be noted", metadata: ["runtime": "\(key)", "error": "\(error)"])
            // Told with the next use.
            marks.withLock { $0[key]?.written = nil }
        }
    }

    static func tell(_ moment: Timestamp, of key: ObjectKey, _ uid: String, _ api: some KubernetesAPI) async throws {
        _ = try await api.mergePatch(
            Runtime.self, key.name, in: key.namespace, subresource: "status",
            [
                "metadata": ["uid": .string(uid)],
                "status": ["lastActivity": .string(moment.rfc3339(fractionDigits: 6))],
            ])
    }
}
