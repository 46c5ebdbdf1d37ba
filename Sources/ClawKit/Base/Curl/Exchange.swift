import HTTPTypes
import Synchronization

/// One request and its response: where the event-loop thread and the tasks that send and read meet.
///
/// All state is in one mutex, never held across a call into libcurl or a continuation's resumption.
final class Exchange: Sendable {
    private struct State {
        var transfer: Transfer<CheckedContinuation<HTTPResponse, any Error>, CheckedContinuation<[UInt8]?, any Error>>
        var upload: Upload<CheckedContinuation<Void, Never>>
    }

    let plan: RequestPlan
    private let loop: CurlLoop
    private let state: Mutex<State>

    var id: ObjectIdentifier { ObjectIdentifier(self) }

    init(_ plan: RequestPlan, loop: CurlLoop, bufferLimit: Int) {
        self.plan = plan
        self.loop = loop
        state = Mutex(State(transfer: Transfer(limit: bufferLimit), upload: Upload(limit: bufferLimit)))
    }

    // MARK: the tasks' side

    /// Starts the exchange and waits for the response's head.
    func head() async throws -> HTTPResponse {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let error = state.withLock({ $0.transfer.awaitHead(continuation) }) {
                    continuation.resume(throwing: error)
                } else if !loop.submit(.start(self)) {
                    ended(TransportError(code: .closed, message: "The transport was shut down."))
                }
            }
        } onCancel: {
            abandon(CancellationError())
        }
    }

    /// The next chunk of the response's body, nil at its end.
    func nextChunk() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch state.withLock({ $0.transfer.pull(continuation) }) {
                case .chunk(let chunk, let resume):
                    resumeTransfer(if: resume)
                    continuation.resume(returning: chunk)
                case .wait: break
                case .end: continuation.resume(returning: nil)
                case .failure(let error): continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            abandon(CancellationError())
        }
    }

    /// Sends the stream's chunks; returns at its end, or early where the exchange has ended.
    func feed(_ body: Body) async throws {
        for try await chunk in body {
            try Task.checkCancellation()
            resumeTransfer(if: state.withLock { $0.upload.append(chunk) })
            await waitForRoom()
            if state.withLock({ $0.transfer.hasEnded }) { return }
        }
        // A stream may end early because its task was cancelled: that must not look like the body's end.
        try Task.checkCancellation()
        resumeTransfer(if: state.withLock { $0.upload.finish() })
    }

    /// Sends one more chunk of an upgraded connection; returns when there is room for the next.
    func send(_ chunk: [UInt8]) async throws {
        try Task.checkCancellation()
        resumeTransfer(if: state.withLock { $0.upload.append(chunk) })
        await waitForRoom()
        try Task.checkCancellation()
        if hasEnded { throw TransportError.channelClosed }
    }

    /// The request's body has been given whole.
    func finishUpload() { resumeTransfer(if: state.withLock { $0.upload.finish() }) }

    private func waitForRoom() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if state.withLock({ Task.isCancelled || $0.upload.awaitRoom(continuation) }) { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.upload.takeWaiter() }?.resume()
        }
    }

    /// The rest of the request's body is not wanted.
    func stopUpload() {
        let (waiter, resume) = state.withLock { $0.upload.close() }
        waiter?.resume()
        resumeTransfer(if: resume)
    }

    private func resumeTransfer(if needed: Bool) {
        if needed { _ = loop.submit(.resume(id)) }
    }

    /// Nobody waits for this exchange any more.
    func abandon(_ error: any Error) {
        let (wasLive, wake, waiter) = state.withLock { state in
            (!state.transfer.hasEnded, state.transfer.abandon(error), state.upload.close().waiter)
        }
        resume(wake)
        waiter?.resume()
        if wasLive { _ = loop.submit(.remove(id)) }
    }

    // MARK: the event loop's side

    var hasEnded: Bool { state.withLock { $0.transfer.hasEnded } }
    var isReceivingPaused: Bool { state.withLock { $0.transfer.isPaused } }
    var isSendingPaused: Bool { state.withLock { $0.upload.isStarved } }

    func headArrived(_ head: HTTPResponse) {
        state.withLock { $0.transfer.headArrived() }?.resume(returning: head)
    }

    enum Arrival { case taken, pause, refused }

    func bytesArrived(_ bytes: [UInt8]) -> Arrival {
        switch state.withLock({ $0.transfer.bytesArrived(bytes) }) {
        case .kept: return .taken
        case .delivered(let waiter, let chunk):
            waiter.resume(returning: chunk)
            return .taken
        case .pause: return .pause
        case .refused: return .refused
        }
    }

    enum Reading { case bytes(ArraySlice<UInt8>), pause, end, abort }

    func readUpload(upTo count: Int) -> Reading {
        switch state.withLock({ $0.upload.read(upTo: count) }) {
        case .bytes(let bytes, let waiter):
            waiter?.resume()
            return .bytes(bytes)
        case .starved: return .pause
        case .end: return .end
        case .abort: return .abort
        }
    }

    /// The transfer is over: complete (nil) or failed.
    func ended(_ error: TransportError?) {
        let (wake, waiter) = state.withLock { ($0.transfer.end(error), $0.upload.close().waiter) }
        resume(wake)
        waiter?.resume()
    }

    private func resume(
        _ wake: Transfer<CheckedContinuation<HTTPResponse, any Error>, CheckedContinuation<[UInt8]?, any Error>>.Wake?
    ) {
        switch wake {
        case .head(let waiter, let error): waiter.resume(throwing: error)
        case .chunk(let waiter, let error?): waiter.resume(throwing: error)
        case .chunk(let waiter, nil): waiter.resume(returning: nil)
        case nil: break
        }
    }
}
