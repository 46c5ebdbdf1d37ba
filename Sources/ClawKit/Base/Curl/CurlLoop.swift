import CLibcurl
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The event loop: one thread that owns a multi handle with all its transfers, started by the first request.
///
/// Other threads talk to it through a queue of commands and `curl_multi_wakeup`. Deadlines are the loop's own; it
/// reads the machine's monotonic clock, because the kernel's waiting (curl_multi_poll) does too.
final class CurlLoop: Sendable {
    enum Command: Sendable {
        case start(Exchange)
        /// Something that was paused can go on.
        case resume(ObjectIdentifier)
        /// Nobody waits for it any more.
        case remove(ObjectIdentifier)
    }

    private struct Mailbox {
        var commands: [Command] = []
        /// nil once the loop has ended. Waking it happens under the lock, so never after its release.
        var multi: UnsafeMutableRawPointer?
        var thread: pthread_t?
        var isStopping = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let configuration: CurlTransport.Configuration
    private let mailbox: Mutex<Mailbox>

    private static let initialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(_ configuration: CurlTransport.Configuration) {
        self.configuration = configuration
        _ = Self.initialised
        mailbox = Mutex(Mailbox(multi: curl_multi_init()))
    }

    deinit {
        // The thread holds the loop, so only one that never started, or has ended, comes here.
        mailbox.withLock { mailbox in
            if let multi = mailbox.multi { curl_multi_cleanup(multi) }
        }
    }

    // MARK: from any thread

    /// - Returns: false where the loop was stopped; nothing happens then.
    func submit(_ command: Command) -> Bool {
        mailbox.withLock { mailbox in
            guard !mailbox.isStopping, let multi = mailbox.multi else { return false }
            if mailbox.thread == nil {
                guard let thread = startThread() else { return false }
                mailbox.thread = thread
            }
            mailbox.commands.append(command)
            curl_multi_wakeup(multi)
            return true
        }
    }

    /// Asks the thread to end; it cleans up by itself.
    func stop() {
        mailbox.withLock { mailbox in
            guard !mailbox.isStopping else { return }
            mailbox.isStopping = true
            guard let thread = mailbox.thread else { return }
            pthread_detach(thread)
            mailbox.thread = nil
            if let multi = mailbox.multi { curl_multi_wakeup(multi) }
        }
    }

    /// Asks the thread to end and waits until it has.
    func stopAndWait() async {
        await withCheckedContinuation { continuation in
            let isOver = mailbox.withLock { mailbox in
                mailbox.isStopping = true
                guard mailbox.thread != nil, let multi = mailbox.multi else { return true }
                mailbox.waitingForEnd.append(continuation)
                curl_multi_wakeup(multi)
                return false
            }
            if isOver { continuation.resume() }
        }
        // The thread is past its last statement that matters: joining takes no noticeable time.
        let thread = mailbox.withLock { mailbox in
            defer { mailbox.thread = nil }
            return mailbox.thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    private func startThread() -> pthread_t? {
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let context = Unmanaged.passRetained(self)
        let status = pthread_create(&thread, nil, curlLoopMain, context.toOpaque())
        guard status == 0 else {
            context.release()
            return nil
        }
        return thread
    }

    // MARK: on the loop's thread

    fileprivate func run() {
        // libcurl with NOSIGNAL leaves SIGPIPE to us: blocked, a write to a closed socket just fails. The process's
        // other signals are for its other threads.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        guard let multi = mailbox.withLock({ $0.multi }) else { return }
        var transfers = LoopTransfers(multi: multi, configuration: configuration)
        while let commands = takeCommands() {
            for command in commands { transfers.handle(command) }
            let wait = transfers.advance()
            curl_multi_poll(multi, nil, 0, wait, nil)
        }
        transfers.closeAll()
        let (waiting, leftOver) = mailbox.withLock { mailbox in
            mailbox.multi = nil
            defer { (mailbox.waitingForEnd, mailbox.commands) = ([], []) }
            return (mailbox.waitingForEnd, mailbox.commands)
        }
        curl_multi_cleanup(multi)
        for case .start(let exchange) in leftOver { exchange.ended(.closed) }
        for continuation in waiting { continuation.resume() }
    }

    private func takeCommands() -> [Command]? {
        mailbox.withLock { mailbox in
            if mailbox.isStopping { return nil }
            defer { mailbox.commands = [] }
            return mailbox.commands
        }
    }
}

extension TransportError {
    static let closed = TransportError(code: .closed, message: "The transport was shut down.")
}

#if canImport(Darwin)
private func curlLoopMain(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
#else
private func curlLoopMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}
#endif
