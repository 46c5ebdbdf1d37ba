import ClawBase
import ClawKubernetes

/// Runs one command in a container's surroundings for a client of exec.
///
/// The command ends with its connection: a client that leaves has its process group killed, as a terminal that goes
/// would end what runs in it.
struct ExecRunner: Sendable {
    let planner: ContainerPlanner
    let container: ProcessSpec
    let asked: StreamRequest

    func run(_ socket: WebSocket) async throws {
        let connection = CommandConnection(socket, asked)
        try await connection.greet()
        let status: [UInt8]
        do {
            let exit = try await execute(try planner.exec(asked.command, in: container), connection)
            status = CommandOutcome(exitCode: exit.code).status
        } catch {
            let problem = (error as? ConfigurationProblem)?.message ?? (error as? ProcessStartError)?.message ?? "\(error)"
            status = APIStatus.internalError("error executing command in container: \(problem)").bytes
        }
        try await connection.end(status)
    }

    private func execute(
        _ spec: ProcessSpec, _ connection: CommandConnection
    ) async throws(ProcessStartError) -> ContainerExit {
        let started = Mailbox<(handle: ProcessHandle, input: InteractiveProcess.Input)>()
        return try await withTaskGroup(of: Result<ContainerExit, ProcessStartError>?.self) { group in
            group.addTask {
                do throws(ProcessStartError) {
                    return .success(
                        try await InteractiveProcess.run(
                            spec, hasInput: asked.input, isTerminal: asked.isTerminal,
                            output: { await connection.send($0, $1) }, onStart: { started.post(($0, $1)) }))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                guard let process = await started.next(SystemTime()) else { return nil }
                await connection.receive(into: process.input)
                process.handle.signalGroup(.kill)
                return nil
            }
            var result: Result<ContainerExit, ProcessStartError>?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            return result ?? .success(.signaled(9))
        }.get()
    }
}

extension APIStatus {
    var bytes: [UInt8] { response.body.immediateBytes ?? [] }
}
