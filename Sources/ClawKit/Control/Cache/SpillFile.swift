import ClawBase
import ClawDocuments
import FoundationEssentials
import Synchronization

/// Documents out of memory: a file without a name in the temporary directory, readable by this process alone, gone with
/// it.
///
/// A cache that has outgrown its budget keeps its contents here. What is read often stays in the system's own cache of
/// pages, which gives way when memory is needed elsewhere.
final class SpillFile: Sendable {
    /// Where a document is: stays the same when the file is compacted.
    struct Slot: Sendable, Hashable { fileprivate let number: Int }

    private struct Place {
        let offset: Int
        let length: Int
    }

    private struct State {
        var file: SystemFile
        var places: [Int: Place] = [:]
        var end = 0
        var live = 0
        var lastSlot = 0
    }

    private let state: Mutex<State>
    private let directory: String

    /// - Throws: ``Finding`` with ``FindingCode/storage`` where the directory takes no file.
    init(in directory: String = FileManager.default.temporaryDirectory.path) throws {
        self.directory = directory
        state = Mutex(State(file: try asFindings { try Self.unnamed(in: directory) }))
    }

    private static func unnamed(in directory: String) throws(SystemError) -> SystemFile {
        let path = "\(directory)/clawkit-\(Chance.uuid())"
        let file = try SystemFile.open(path, .create)
        try FileTree.remove(path)
        return file
    }

    /// nil where the disk takes no more: then it stays in memory.
    func append(_ document: JSONObject) -> Slot? {
        state.withLock { state in
            let written = try? document.withStoredBytes { bytes in
                try state.file.write(bytes, at: state.end)
                return bytes.count
            }
            guard let length = written else { return nil }
            state.lastSlot += 1
            state.places[state.lastSlot] = Place(offset: state.end, length: length)
            state.end += length
            state.live += length
            return Slot(number: state.lastSlot)
        }
    }

    func read(_ slot: Slot) -> JSONObject? {
        state.withLock { state in
            guard let place = state.places[slot.number] else { return nil }
            guard let bytes = try? state.file.read(place.length, at: place.offset), bytes.count == place.length else {
                // As if memory itself could not be read: to say "not there" would have what is there made again.
                preconditionFailure("the cache's own file cannot be read")
            }
            return JSONObject(storedBytes: bytes)
        }
    }

    func free(_ slot: Slot) {
        state.withLock { state in
            guard let place = state.places.removeValue(forKey: slot.number) else { return }
            state.live -= place.length
            if state.end - state.live > max(state.live, 64 << 20) { compact(&state) }
        }
    }

    /// Copies what is still wanted to a new file; keeps the old one where the disk has no room for both.
    private func compact(_ state: inout State) {
        guard let fresh = try? Self.unnamed(in: directory) else { return }
        var places: [Int: Place] = [:]
        var end = 0
        for (slot, place) in state.places.sorted(by: { $0.value.offset < $1.value.offset }) {
            guard let bytes = try? state.file.read(place.length, at: place.offset), bytes.count == place.length,
                (try? bytes.withUnsafeBytes { try fresh.write($0, at: end) }) != nil
            else { return }
            places[slot] = Place(offset: end, length: place.length)
            end += place.length
        }
        (state.file, state.places, state.end, state.live) = (fresh, places, end, end)
    }
}
