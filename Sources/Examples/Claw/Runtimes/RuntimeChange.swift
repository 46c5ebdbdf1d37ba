import ArgumentParser
import ClawBase
import ClawDocuments
import ExampleSupport

/// The options of commands that change a runtime.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait until it is done, and show the runtime then.") var wait = false
    @Option(help: "How long to wait at most, like 90s or 5m.") var timeout = TimeLimit(.seconds(60))
}

/// One change of a runtime, from the accepted request to its end.
struct RuntimeChange: Sendable {
    let session: Session
    let address: RuntimeAddress
    let action: RuntimeAction

    /// Shows the control plane's answer to the request, or, with `--wait`, the runtime as it is in the end.
    func finish(_ answer: JSON, _ options: WaitOptions) async throws {
        guard let operation = Operation(answer["operation"]) else {
            // Done at once.
            return session.show(answer.isNull ? .object(["name": .string(address.name)]) : answer, text: done)
        }
        guard options.wait else {
            return session.show(
                answer,
                text: "\(action.rawValue) of \(address.project)/\(address.name) accepted as operation \(operation.id)")
        }
        let runtime = try await session.within(options.timeout, of: operation) {
            try await follow(operation)
            return try await settled()
        }
        guard let runtime else {
            return session.show(["name": .string(address.name), "deleted": true], text: done)
        }
        session.show(runtime, text: Table([[runtime.text("name"), runtime.text("phase"), runtime.text("url")]]).text)
    }

    private var done: String {
        action == .delete ? "runtime \(address.name) deleted" : "\(action.rawValue) of runtime \(address.name) done"
    }

    private func follow(_ operation: Operation) async throws {
        let progress = OperationProgress()
        let follower = OperationFollower(controlPlane: session.controlPlane, time: session.time) { operation in
            guard session.console.errorIsTerminal else { return }
            for line in progress.lines(for: operation) { session.tell(line) }
        }
        let last = try await follower.follow(operation)
        do { try last.check() } catch {
            // What was admitted and then refused is a refusal too.
            let runtime = try? await session.controlPlane.find(try address.path())
            throw runtime?["phase"]?.string == "Refused" ? Failure(.refused, error.finding) : error
        }
    }

    /// The runtime once it has reached the action's goal; nil once it is gone.
    private func settled() async throws -> JSON? {
        let backoff = Backoff(initial: .milliseconds(100), cap: .seconds(2))
        var rounds = 0
        while true {
            let runtime = try await session.controlPlane.find(try address.path())
            guard let runtime else {
                if action == .delete { return nil }
                throw Failure.notFound("the runtime '\(address.name)' is gone; make it anew with 'claw runtime start'")
            }
            let phase = runtime.text("phase")
            if phase == action.goal { return runtime }
            if phase == "Failed" || phase == "Refused" { throw failure(runtime, phase) }
            rounds += 1
            try await session.time.sleep(for: backoff.delay(afterFailures: rounds))
        }
    }

    private func failure(_ runtime: JSON, _ phase: String) -> Failure {
        let status = phase == "Refused" ? CommandStatus.refused : .failed
        if let finding = Finding(answer: runtime["lastError"]) { return Failure(status, finding) }
        let reason = runtime["lastError"]?.string ?? "see 'claw runtime show --name \(address.name)'"
        return Failure(status, .runtime, "the runtime '\(address.name)' is \(phase): \(reason)")
    }
}

extension FindingCode {
    /// A runtime ended up in a phase that nobody asked for.
    static let runtime = FindingCode(rawValue: "E_RUNTIME")
}
