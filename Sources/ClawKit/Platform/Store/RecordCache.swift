import ClawBase
import Synchronization

/// Records of one kind, read once and then answered from memory for as long as the store tells of every change.
///
/// What it answers is what the store would, as long as ``RecordChanges/isComplete``; while the news are interrupted it
/// asks the store every time, and so fails where the store does: it never answers from what it cannot vouch for. News
/// are taken at each look-up, so nothing must run beside it, and what this process has committed it knows at once.
final class RecordCache<Record: StoredRecord, Value: Sendable>: Sendable {
    private struct Entry {
        /// nil: there is no such record.
        let value: Value?
        let version: UInt64
    }

    /// What was heard of a record while it was being read.
    private struct Reading {
        var readers = 1
        var heard: UInt64 = 0
    }

    private struct State {
        var entries: BoundedMap<String, Entry>
        var readings: [String: Reading] = [:]
    }

    private let store: any PlatformStore
    private let changes: RecordChanges
    private let project: @Sendable (Record) -> Value
    private let state: Mutex<State>

    /// - Parameters:
    ///   - capacity: so many records are kept; who was not asked for longest goes first.
    ///   - project: what is kept of a record.
    init(_ store: any PlatformStore, capacity: Int, project: @escaping @Sendable (Record) -> Value) {
        // Listened to before anything is read.
        (self.store, self.project, changes) = (store, project, store.changes(of: Record.kind))
        state = Mutex(State(entries: BoundedMap(capacity: capacity)))
    }

    var count: Int { state.withLock { $0.entries.count } }

    /// - Returns: nil where there is no such record.
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    func get(_ key: String) async throws -> Value? {
        guard changes.isComplete else { return try await store.get(Record.self, key).map { project($0.record) } }
        if let entry = begin(key) { return entry.value }
        do {
            let found = try await store.get(Record.self, key)
            let value = found.map { project($0.record) }
            end(key, Entry(value: value, version: found?.version ?? 0))
            return value
        } catch {
            end(key, nil)
            throw error
        }
    }

    private func begin(_ key: String) -> Entry? {
        state.withLock { state in
            takeNews(&state)
            if let entry = state.entries.find(key) { return entry }
            if state.readings[key] != nil { state.readings[key]!.readers += 1 } else { state.readings[key] = Reading() }
            return nil
        }
    }

    private func end(_ key: String, _ entry: Entry?) {
        state.withLock { state in
            takeNews(&state)
            guard var reading = state.readings[key] else { return }
            reading.readers -= 1
            state.readings[key] = reading.readers == 0 ? nil : reading
            // What was read before it changed is good for who asked then, and for nobody after.
            guard let entry, entry.version >= reading.heard else { return }
            state.entries.set(entry, for: key)
        }
    }

    private func takeNews(_ state: inout State) {
        while let news = changes.pending() {
            switch news {
            case .missed:
                state.entries.removeAll()
                for key in state.readings.keys { state.readings[key]!.heard = .max }
            case .changed(let key, let version):
                if let entry = state.entries.find(key), entry.version < version { state.entries.remove(key) }
                if state.readings[key] != nil { state.readings[key]!.heard = max(version, state.readings[key]!.heard) }
            }
        }
    }
}
