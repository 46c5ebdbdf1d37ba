import ClawBase
import ClawDocuments
import HTTPTypes

/// Follows an operation to its end: by server-sent events, and by asking again and again where they break off.
struct OperationFollower: Sendable {
    /// How often in a row the control plane may be away while it is polled: a restart takes a few seconds.
    private static let patience = 8
    private static let backoff = Backoff(initial: .milliseconds(200), cap: .seconds(3))

    let controlPlane: ControlPlane
    let time: any TimeSource
    /// Called with every state there is to see, in order; the last one has ended.
    let report: @Sendable (Operation) -> Void

    /// - Returns: the operation as it ended, well or not.
    func follow(_ first: Operation) async throws -> Operation {
        if !first.state.isEmpty { report(first) }
        if first.hasEnded { return first }
        if let last = try await streamed(first.id) { return last }
        return try await polled(first.id)
    }

    /// Nil where the stream cannot be had or ends too early.
    private func streamed(_ id: String) async throws -> Operation? {
        do {
            let path = try Paths.api("operations", id, "events")
            let request = controlPlane.request(.get, path, accept: "text/event-stream")
            let response = try await controlPlane.accepted(try await controlPlane.send(request), path)
            for try await event in response.body.serverSentEvents() {
                guard event.event == "operation" || event.event == nil,
                    let json = try? JSONParser.parse(Array(event.data.utf8)), let operation = Operation(json)
                else { continue }
                report(operation)
                if operation.hasEnded { return operation }
            }
            return nil
        } catch let error as CancellationError {
            throw error
        } catch {
            // Polling meets the same trouble if it is a lasting one, and reports it.
            return nil
        }
    }

    private func polled(_ id: String) async throws -> Operation {
        var failures = 0
        var rounds = 0
        while true {
            do {
                let json = try await controlPlane.get(try Paths.api("operations", id))
                guard let operation = Operation(json) else {
                    throw Failure.badAnswer("\(controlPlane.server) answers with an operation that has no id")
                }
                failures = 0
                report(operation)
                if operation.hasEnded { return operation }
            } catch let failure as Failure where failure.status == .unreachable {
                failures += 1
                if failures >= Self.patience { throw failure }
            }
            rounds += 1
            try await time.sleep(for: Self.backoff.delay(afterFailures: rounds))
        }
    }
}
