import ArgumentParser
import ClawBase
import ClawDocuments
import Foundation
import HTTPTypes

/// The side of the capacity itself.
extension CapacityCommand {
    struct Heartbeat: UnsignedCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says once that it is alive; enrols it first where its file has an enrolment token.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var member: Member

        func run(in session: Session) async throws {
            let heard = try await member.beat(session, isReady: await member.isReady(session))
            session.show(heard, text: "capacity \(member.name) is \(heard.text("phase"))")
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
            var (failures, last) = (0, "")
            let backoff = Backoff(initial: .seconds(1), cap: .seconds(30))
            while true {
                var pause: Duration
                do {
                    if let program = member.program, !(await member.answers(program, session)) {
                        throw Failure(.failed, .unreachable, "the program does not answer \(program)")
                    }
                    let heard = try await member.beat(session, isReady: await member.isReady(session))
                    (failures, pause) = (0, .seconds(heard["heartbeatSeconds"]?.integer ?? 10))
                    if heard.text("phase") != last {
                        last = heard.text("phase")
                        session.tell("claw: capacity \(member.name) is \(last)")
                    }
                } catch let failure as Failure where failure.finding.code.rawValue == "E_SESSION" {
                    throw failure
                } catch let failure as Failure {
                    failures += 1
                    pause = backoff.delay(afterFailures: failures)
                    session.tell("claw: \(failure.finding.message); trying again")
                }
                try await session.time.sleep(for: pause)
            }
        }
    }

    /// What a capacity knows of itself.
    struct Member: ParsableArguments {
        @Argument(help: "Its name.") var name: String
        @Option(help: "The file with its token: the enrolment token first, replaced by what is got for it.")
        var tokenFile: String
        @Option(help: "Where the program answers while it lives, such as http://127.0.0.1:8081/healthz.")
        var program: String?
        @Option(help: "Where the program answers with 200 when it is ready. (default: it always is)")
        var readiness: String?
        @Option(
            help: ArgumentHelp(
                "A file with the token that the program asks of the platform (environment: OPENCLAW_GATEWAY_TOKEN).",
                valueName: "file"))
        var programTokenFile: String?

        /// Enrols first where that has not been done.
        func beat(_ session: Session, isReady: Bool) async throws -> JSON {
            var token = try await session.secret(
                "the capacity's token", file: tokenFile, option: "--token-file", variable: "CLAW_CAPACITY_TOKEN")
            if token.reveal().hasPrefix("claw-enrol") {
                var body: JSONObject = ["enrolmentToken": .string(token.reveal())]
                if programTokenFile != nil || session.environment.nonEmpty("OPENCLAW_GATEWAY_TOKEN") != nil {
                    let program = try await session.secret(
                        "the program's token", file: programTokenFile, option: "--program-token-file",
                        variable: "OPENCLAW_GATEWAY_TOKEN")
                    body["programToken"] = .string(program.reveal())
                }
                let path = try Paths.api("capacity", name, "enrol")
                let enrolled = try await session.controlPlane.post(path, .object(body))
                token = Secret(enrolled.text("token"))
                try keep(token)
            }
            let heard = try await session.controlPlane.post(
                try Paths.api("capacity", name, "heartbeat"),
                ["token": .string(token.reveal()), "ready": .bool(isReady)])
            if let renewed = heard["token"]?.string { try keep(Secret(renewed)) }
            var shown = heard.object ?? JSONObject()
            // It is in its file, and nowhere else.
            shown["token"] = nil
            return .object(shown)
        }

        /// Whole or not at all, and for nobody else to read.
        private func keep(_ token: Secret<String>) throws(Failure) {
            let new = tokenFile + ".new"
            let isMade = FileManager.default.createFile(
                atPath: new, contents: Data(token.reveal().utf8), attributes: [.posixPermissions: 0o600])
            guard isMade, rename(new, tokenFile) == 0 else {
                throw Failure(
                    .failed, .storage, "the token cannot be kept in \(tokenFile); make its directory writable")
            }
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
