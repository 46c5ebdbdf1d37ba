import ClawBase
import Synchronization

/// Runs a probe's command; its exit code is the answer.
struct CommandProbe: Sendable {
    let time: any TimeSource

    /// How much of the command's output a failure's message shows.
    private static let outputLimit = 1024

    private final class Run: Sendable {
        let output = Mutex<[UInt8]>([])
        let isLate = Mutex(false)
    }

    func failure(_ spec: ProcessSpec, _ timeout: Duration) async -> String? {
        let run = Run()
        do {
            let exit = try await withThrowingTaskGroup(of: ContainerExit?.self) { group in
                let handles = Mailbox<ProcessHandle>()
                group.addTask {
                    try await ProcessRunner.run(spec) { bytes, _ in
                        run.output.withLock { $0 += bytes.prefix(max(0, Self.outputLimit - $0.count)) }
                    } onStart: {
                        handles.post($0)
                    }
                }
                group.addTask {
                    guard let handle = await handles.next(time) else { return nil }
                    try await time.sleep(for: timeout)
                    run.isLate.withLock { $0 = true }
                    handle.signalGroup(.kill)
                    return nil
                }
                var exit: ContainerExit?
                while exit == nil, let result = try await group.next() { exit = result }
                group.cancelAll()
                return exit ?? .signaled(9)
            }
            if run.isLate.withLock({ $0 }) { return "command timed out after \(Int(timeout.inSeconds))s" }
            return exit.code == 0 ? nil : String(decoding: run.output.withLock { $0 }, as: UTF8.self)
        } catch {
            return (error as? ProcessStartError)?.message ?? "\(error)"
        }
    }
}
