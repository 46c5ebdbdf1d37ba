import ArgumentParser
import ClawBase
import ClawDocuments
import ClawEnrolment
import HTTPTypes

/// The side of the capacity itself.
extension CapacityCommand {
    struct Heartbeat: UnsignedCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says once that it is alive; enrols it first where its file has an enrolment token.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var member: Member

        func run(in session: Session) async throws {
            let known = try await member.known(session)
            let isReady = await member.isReady(session)
            let heard = try await Failure.translating { try await known.beat(isReady: isReady) }
            session.show(heard.answer, text: "capacity \(member.name) is \(heard.phase)")
        }
    }

    struct Run: UnsignedCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enrols it and says that it is alive, again and again.",
            discussion: """
                Runs beside the program. While the program does not answer --program nothing is said of it, and the
                platform counts it as lost after a while. Ends when the token is void, or by a signal.
                """)
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var member: Member

        func run(in session: Session) async throws {
            let known = try await member.known(session)
            var last = ""
            try await Failure.translating {
                try await known.run({ await member.condition(session) }) { outcome in
                    switch outcome {
                    case .success(let heard):
                        if heard.phase != last { session.tell("claw: capacity \(member.name) is \(heard.phase)") }
                        last = heard.phase
                    case .failure(let finding): session.tell("claw: \(finding.message); trying again")
                    }
                }
            }
        }
    }

    /// What a capacity knows of itself.
    struct Member: ParsableArguments {
        @Argument(help: "Its name.") var name: String
        @Option(help: "The file with its token: the enrolment token first, replaced by what is got for it.")
        var tokenFile: String
        @Option(
            help: ArgumentHelp(
                "The directory for its certificate: it is enrolled by mutual TLS. (default: by token)",
                valueName: "directory"))
        var certificates: String?
        @Option(help: "Where the program answers while it lives, such as http://127.0.0.1:8081/healthz.")
        var program: String?
        @Option(help: "Where the program answers with 200 when it is ready. (default: it always is)")
        var readiness: String?
        @Option(
            help: ArgumentHelp(
                "A file with the token that the program asks of the platform (environment: OPENCLAW_GATEWAY_TOKEN).",
                valueName: "file"))
        var programTokenFile: String?

        func known(_ session: Session) async throws -> CapacityMember {
            var configuration = CapacityMember.Configuration(
                name: name, tokenFile: tokenFile, identityDirectory: certificates)
            if programTokenFile != nil || session.environment.nonEmpty("OPENCLAW_GATEWAY_TOKEN") != nil {
                configuration.programToken = try await session.secret(
                    "the program's token", file: programTokenFile, option: "--program-token-file",
                    variable: "OPENCLAW_GATEWAY_TOKEN")
            }
            return CapacityMember(
                configuration, controlPlane: session.controlPlane.transport, files: session.files, time: session.time)
        }

        func condition(_ session: Session) async -> CapacityMember.Condition {
            if let program, !(await answers(program, session)) {
                return .silent(Finding(.unreachable, "the program does not answer \(program)"))
            }
            return await isReady(session) ? .ready : .notReady
        }

        func isReady(_ session: Session) async -> Bool {
            guard let readiness else { return true }
            return await answers(readiness, session)
        }

        func answers(_ url: String, _ session: Session) async -> Bool {
            let request = Request(.get, url, headTimeout: .seconds(5), idleTimeout: .seconds(5))
            guard let answer = try? await session.controlPlane.transport.send(request) else { return false }
            _ = try? await answer.body.collect(limit: 1 << 16)
            return answer.status == .ok
        }
    }
}

extension Failure {
    /// What the capacity's side says, as commands say it.
    fileprivate static func translating<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let finding as Finding {
            let status: CommandStatus =
                switch finding.code {
                case .unreachable: .unreachable
                case .notFound: .notFound
                case .badConfig: .usage
                case .storage: .failed
                default: .refused
                }
            throw Failure(status, finding)
        }
    }
}
