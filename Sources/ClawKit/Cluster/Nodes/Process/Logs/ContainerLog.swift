import ClawBase
import Synchronization

/// The log file of one run of a container: written by its process's output, followed by any number of readers.
///
/// Beyond the size limit the file is renamed to `N.log.1`, replacing an older one, and a new one begun.
final class ContainerLog: Sendable {
    private struct State {
        var file: SystemFile?
        var size: Int
        /// How often the file was put aside.
        var rotations = 0
        var isFinished = false
        var framers: [OutputStream: LineFramer] = [.stdout: LineFramer(.stdout), .stderr: LineFramer(.stderr)]
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    let path: String
    private let limit: Int
    private let time: any TimeSource
    private let state: Mutex<State>

    /// Opens the file, going on where there is one.
    init(path: String, limit: Int, time: some TimeSource) throws {
        (self.path, self.limit, self.time) = (path, limit, time)
        let file = try SystemFile.open(path, .keepOrCreate)
        state = Mutex(State(file: file, size: try file.size()))
    }

    static func rotated(_ path: String) -> String { path + ".1" }

    func write(_ bytes: [UInt8], from stream: OutputStream) {
        let now = time.now
        append { state in state.framers[stream]?.frame(bytes, at: now) ?? [] }
    }

    /// Nothing follows; followers end.
    func finish() {
        let now = time.now
        append { state in
            var rest: [UInt8] = []
            for stream in [OutputStream.stdout, .stderr] { rest += state.framers[stream]?.finish(at: now) ?? [] }
            return rest
        }
        let waiters = state.withLock { state in
            state.isFinished = true
            state.file = nil
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    private func append(_ makeBytes: (inout sending State) -> [UInt8]) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            let bytes = makeBytes(&state)
            guard !bytes.isEmpty, let file = state.file else { return [] }
            do {
                try bytes.withUnsafeBytes { try file.write($0, at: state.size) }
                state.size += bytes.count
                if state.size > limit { try rotate(&state) }
            } catch {
                // A full disk must not stop the container; its log has a gap, and goes on where there is room again.
            }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    private func rotate(_ state: inout State) throws(SystemError) {
        try FileTree.rename(path, to: Self.rotated(path))
        state.rotations += 1
        state.file = try SystemFile.open(path, .create)
        state.size = 0
    }

    /// How far the log is, for a reader to compare with where it is.
    struct Position: Sendable, Equatable {
        var rotations: Int
        var size: Int
        var isFinished: Bool
    }

    var position: Position {
        state.withLock { Position(rotations: $0.rotations, size: $0.size, isFinished: $0.isFinished) }
    }

    /// Returns when there is more than at `position`, or the task is cancelled.
    func change(after position: Position) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    let now = Position(rotations: state.rotations, size: state.size, isFinished: state.isFinished)
                    if now != position || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}
