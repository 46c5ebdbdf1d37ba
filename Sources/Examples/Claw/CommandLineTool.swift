import ArgumentParser
import ClawBase

/// Runs one command line and says with which status the process should end.
enum CommandLineTool {
    static func run(_ arguments: [String], in surroundings: Surroundings) async -> CommandStatus {
        let console = surroundings.console
        // Until the arguments are understood, what looks like the wish for JSON counts as one.
        var format = wantsJSON(arguments) ? OutputFormat.json : .text
        var secrets = tokens(in: arguments, surroundings.environment)
        do {
            let command = try parse(arguments)
            format = command.connection.output
            if let command = command as? any LocalCommand {
                try await command.run(in: surroundings)
            } else if let command = command as? any ControlPlaneCommand {
                let session = try await surroundings.session(command.connection)
                secrets += [session.controlPlane.token].compactMap { $0 }
                try await command.run(in: session)
            } else if let command = command as? any UnsignedCommand {
                let session = try surroundings.unsignedSession(command.connection)
                try await command.run(in: session)
            }
            return .ok
        } catch let clean as HelpText {
            console.print(clean.text)
            return .ok
        } catch {
            let failure = Failure(error).hiding(secrets)
            switch format {
            case .text: console.printError(failure.line)
            case .json: console.printError(String(decoding: failure.finding.encodedBytes(), as: UTF8.self))
            }
            return failure.status
        }
    }

    /// Help, a version or a completion script: printed, and the end.
    private struct HelpText: Error { let text: String }

    private static func parse(_ arguments: [String]) throws -> any ClawCommand {
        do {
            var command = try Claw.parseAsRoot(arguments)
            if let command = command as? any ClawCommand { return command }
            if let group = command as? any GroupCommand {
                let name = commandName(of: type(of: group))
                throw Failure.usage("'\(name)' needs a command; see '\(name) --help'")
            }
            // What is neither is the parser's own `help`, which throws its text.
            try command.run()
            throw HelpText(text: "")
        } catch let failure as Failure {
            throw failure
        } catch let help as HelpText {
            throw help
        } catch {
            let text = Claw.fullMessage(for: error)
            if Claw.exitCode(for: error).isSuccess { throw HelpText(text: text) }
            // The parser's last line names the command whose help would help.
            let command = text.split(separator: "'").last { $0.hasPrefix("claw") && $0.hasSuffix("--help") }
            var message = Claw.message(for: error)
            while message.last == "." || message.last == "\n" { message.removeLast() }
            throw Failure.usage("\(message); see '\(command ?? "claw --help")'")
        }
    }

    private static func commandName(of group: any ParsableCommand.Type) -> String {
        group == Claw.self ? "claw" : "claw \(group.configuration.commandName ?? "")"
    }

    private static func wantsJSON(_ arguments: [String]) -> Bool {
        arguments.contains { ["--output=json", "-o=json", "-ojson"].contains($0) }
            || zip(arguments, arguments.dropFirst()).contains { ["--output", "-o"].contains($0) && $1 == "json" }
    }

    /// Every token these arguments and the environment hold, so that no message repeats one.
    private static func tokens(in arguments: [String], _ environment: [String: String]) -> [Secret<String>] {
        let options = ["--token", "--invitation"]
        let flagged = zip(arguments, arguments.dropFirst()).filter { options.contains($0.0) }.map(\.1)
        let joined = options.flatMap { option in
            arguments.filter { $0.hasPrefix("\(option)=") }.map { String($0.dropFirst(option.count + 1)) }
        }
        let named = ["CLAW_TOKEN", "CLAW_INVITATION", "CLAW_PASSWORD", "CLAW_NEW_PASSWORD"].compactMap { environment.nonEmpty($0) }
        // Too short a text is no token, and would be cut out of innocent words.
        return (flagged + joined + named).filter { $0.utf8.count >= 8 && !$0.hasPrefix("--") }.map { Secret($0) }
    }
}

extension Failure {
    /// Whatever ended a command, as a failure.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let finding as Finding: self.init(.failed, finding)
        case let error as TransportError:
            self.init(.failed, .badAnswer, "the answer broke off: \(error.message); try again")
        case is CancellationError: self.init(.failed, .internalError, "the command was cancelled")
        default: self.init(.failed, .internalError, "\(error)")
        }
    }
}
