import ArgumentParser
import ClawDocuments

struct CapacityCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "capacity", abstract: "Programs that run elsewhere, brought as capacity for runtimes.",
        subcommands: [
            Enroll.self, List.self, Show.self, Drain.self, Revoke.self, Delete.self, Heartbeat.self, Run.self,
        ])

    struct Enroll: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Registers capacity and prints the token to enrol it with, this once.",
            discussion: """
                The token holds for 15 minutes and for one enrolment. As text it stands alone on the last line; where
                the program runs: claw capacity run NAME --token-file FILE. Of capacity that is registered already,
                --again prints another token; once it is used, what came of the one before is void.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its name.") var name: String
        @Option(help: "Where it answers: https://host:port, or http on this machine.") var endpoint: String?
        @Option(help: "How many runtimes it takes. (default: 1)") var runtimes: Int?
        @Option(name: .customLong("project"), help: "A project whose runtimes it takes; may be repeated; '*' for all.")
        var projects: [String] = []
        @Option(name: .customLong("label"), help: "A label NAME=VALUE; may be repeated.") var labels: [String] = []
        @Option(help: "How often it is to be heard of, in seconds. (default: 10)") var heartbeat: Int?
        @Option(help: "After how many seconds of silence it counts as lost. (default: 90)") var lostAfter: Int?
        @Flag(name: .customLong("mutual-tls"), help: "Only a certificate enrols it, no token for heartbeats.")
        var mutualTLS = false
        @Flag(help: "Another token for capacity that is registered.") var again = false

        func run(in session: Session) async throws {
            let made: JSON
            if again {
                made = try await session.controlPlane.post(try Paths.api("capacity", name, "enrolment"))
            } else {
                guard let endpoint else { throw Failure.usage("--endpoint is missing: where it answers") }
                var body: JSONObject = ["name": .string(name), "endpoint": .string(endpoint)]
                body["projects"] = .array(projects.map(JSON.string))
                body["labels"] = .array(labels.map(JSON.string))
                for (field, number) in [
                    ("runtimes", runtimes), ("heartbeatSeconds", heartbeat), ("lostAfterSeconds", lostAfter),
                ] {
                    if let number { body[FieldKey(field)] = .integer(Int64(number)) }
                }
                if mutualTLS { body["mutualTLS"] = true }
                made = try await session.controlPlane.post(try Paths.api("capacity"), .object(body))
            }
            let until = made.text("enrolmentExpiresAt")
            session.show(
                made,
                text: "capacity \(name) is registered; its token holds until \(until), shown only this once:\n"
                    + made.text("enrolmentToken").onOneLine)
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the capacity there is.")
        @OptionGroup var connection: ConnectionOptions

        func run(in session: Session) async throws {
            let found = try await session.controlPlane.get(try Paths.api("capacity"))
            session.showList(found, ["NAME", "PHASE", "TRUST", "RUNTIMES", "ENDPOINT", "HEARD"]) { capacity in
                let numbers = [capacity["allocated"], capacity["runtimes"]].map { $0?.integer.map { "\($0)" } ?? "?" }
                return [
                    capacity.text("name"), capacity.text("phase"), capacity.text("trust"), numbers.joined(separator: "/"),
                    capacity.text("endpoint"), capacity.text("lastHeartbeat"),
                ]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its name.") var name: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("capacity", name)))
        }
    }

    struct Drain: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has it take no more runtimes.",
            discussion: """
                Runtimes placed by labels move where there is room; those placed by name stay until they are stopped.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its name.") var name: String
        @Flag(help: "Has it take runtimes again.") var off = false

        func run(in session: Session) async throws {
            let changed = try await session.controlPlane.patch(
                try Paths.api("capacity", name), ["drain": .bool(!off)])
            session.show(changed, text: "capacity \(name) takes \(off ? "runtimes again" : "no more runtimes")")
        }
    }

    struct Revoke: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes the trust in it back.",
            discussion: """
                Its token or certificate is void at once, and nothing is sent to it; runtimes placed by labels move.
                To take it in again: claw capacity enroll NAME --again.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its name.") var name: String

        func run(in session: Session) async throws {
            let revoked = try await session.controlPlane.post(try Paths.api("capacity", name, "revoke"))
            session.show(revoked, text: "capacity \(name) is trusted no more")
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Removes it; its token is void.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its name.") var name: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("capacity", name))
            session.showDeleted("capacity", name, answer)
        }
    }
}
