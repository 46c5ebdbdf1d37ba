import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import DequeModule
import Logging
import Synchronization

extension EventRecorder {
    private static let mostAttempts = 3

    /// Writes what is recorded, until cancelled; then what still waits, within ``Options/deadline``. Runs once at a time.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        do {
            while true {
                try Task.checkCancellation()
                if try await writeNext(isLast: false) { continue }
                let due = state.withLock { $0.ledger.nextDue }
                if let due { try await news.wait(until: due, time) } else { try await news.wait() }
            }
        } catch {
            try? await shieldedFromCancellation { [self] in
                try await time.withDeadline(options.deadline, "Writing the last events") { [self] in
                    while try await writeNext(isLast: true) {}
                }
            }
            throw error
        }
    }

    /// - Returns: whether there was anything to write.
    private func writeNext(isLast: Bool) async throws -> Bool {
        let entry = state.withLock { state -> Entry? in
            if state.waiting.isEmpty {
                for (subject, write) in state.ledger.due(at: time.now, isLast: isLast) {
                    state.waiting.append(Entry(subject: subject, write: write, regarding: nil, related: nil, time: time.now))
                }
            }
            return state.waiting.popFirst()
        }
        guard let entry else { return false }
        do {
            try await time.withDeadline(options.deadline, "Writing an event") { [self] in try await write(entry) }
        } catch let error as CancellationError {
            // The end of the run is no reason to lose it.
            state.withLock { $0.waiting.prepend(entry) }
            throw error
        } catch {
            failed(entry, error)
        }
        return true
    }

    private func failed(_ entry: Entry, _ error: any Error) {
        let isFinal = (error as? KubernetesError).map { (400..<500).contains($0.code) && $0.code != 429 } ?? false
        var next = entry
        next.attempts += 1
        if isFinal || next.attempts >= Self.mostAttempts || Task.isCancelled {
            // The next one of its kind begins anew.
            state.withLock { state in
                state.ledger.forget(entry.subject)
                state.lost += 1
            }
            logger.debug("an event was lost", metadata: ["reason": "\(entry.subject.reason)", "error": "\(error)"])
        } else {
            state.withLock { $0.waiting.append(next) }
        }
    }

    private func write(_ entry: Entry) async throws {
        let namespace = entry.subject.namespace
        switch entry.write {
        case .create(let name, let note):
            _ = try await api.create(
                EventsEvent(
                    metadata: ObjectMeta(name: name, namespace: namespace),
                    eventTime: entry.time.rfc3339(fractionDigits: 6), action: entry.subject.action, note: note,
                    reason: entry.subject.reason, regarding: entry.regarding, related: entry.related,
                    reportingController: controller, reportingInstance: instance, type: entry.subject.type))
        case .count(let name, let count, _, let last):
            // Of an event only its series may change.
            _ = try await api.mergePatch(
                EventsEvent.self, name, in: namespace,
                [
                    "series": [
                        "count": .integer(Int64(count)), "lastObservedTime": .string(last.rfc3339(fractionDigits: 6)),
                    ]
                ])
        }
    }
}

extension String {
    /// The beginning, whole characters only.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, String.Index(end, within: self) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
