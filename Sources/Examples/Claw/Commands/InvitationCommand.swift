import ArgumentParser
import ClawBase
import ClawDocuments

struct InvitationCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "invitation", abstract: "Invitations: whoever shows one becomes a user, once.",
        subcommands: [Create.self, List.self, Delete.self, Accept.self])

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Invites somebody and prints the token to hand on, this once.",
            discussion: "As text the token stands alone on the last line: claw invitation create … | tail -n 1")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Who is invited, such as an address; for the list only, nothing is sent.") var invitee: String
        @Option(help: "The project the new user becomes a member of.") var project: String?
        @Option(help: "What the user may do there. (default: developer)") var role: UserCommand.Role?
        @Flag(help: "The new user is an administrator of the platform.") var administrator = false
        @Option(help: "How long the invitation holds, in hours, at most 2160. (default: 72)") var hours: Int?

        func run(in session: Session) async throws {
            if role != nil, project == nil { throw Failure.usage("--role says nothing without --project") }
            var body: JSONObject = ["invitee": .string(invitee)]
            body.set("project", project)
            body.set("role", role?.rawValue)
            body.set("hours", hours)
            if administrator { body["administrator"] = true }
            let made = try await session.controlPlane.post(try Paths.api("invitations"), .object(body))
            let until = made.text("expiresAt")
            session.show(
                made,
                text: "invitation \(made.text("id")) for \(invitee.onOneLine) holds until \(until), shown only this once:\n"
                    + made.text("token").onOneLine)
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the invitations, and what became of them.")
        @OptionGroup var connection: ConnectionOptions

        func run(in session: Session) async throws {
            let found = try await session.controlPlane.get(try Paths.api("invitations"))
            session.showList(found, ["ID", "INVITEE", "PROJECT", "ROLE", "STATE", "EXPIRES"]) { invitation in
                let role = invitation["administrator"] == true ? "administrator" : invitation.text("role")
                return [
                    invitation.text("id"), invitation.text("invitee"), invitation.text("project"), role,
                    Self.state(of: invitation, now: session.time.now), invitation.text("expiresAt"),
                ]
            }
        }

        private static func state(of invitation: JSON, now: Timestamp) -> String {
            if let user = invitation["acceptedBy"]?.string { return "accepted by \(user)" }
            if invitation["revokedAt"]?.string != nil { return "taken back" }
            let end = Timestamp(rfc3339: invitation.text("expiresAt"))
            return end.map { $0 <= now } ?? false ? "expired" : "open"
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Takes an invitation back.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Its id.") var id: String

        func run(in session: Session) async throws {
            session.showDeleted("invitation", id, try await session.controlPlane.delete(try Paths.api("invitations", id)))
        }
    }

    struct Accept: UnsignedCommand {
        static let configuration = CommandConfiguration(
            abstract: "Becomes the user one was invited as, and prints the login token, this once.",
            discussion: """
                Needs no sign-in: the invitation's token suffices. A token on the command line shows in the list of
                processes, so prefer CLAW_INVITATION. As text the login token stands alone on the last line.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The name to have: letters a-z, digits and '-'.") var name: String
        @Option(help: ArgumentHelp("The invitation's token (environment: CLAW_INVITATION).", valueName: "token"))
        var invitation: String?
        @Option(help: "What people call the new user.") var displayName: String?

        @Option(help: "A file with the password to sign in with. Without: the token only.") var passwordFile: String?

        func run(in session: Session) async throws {
            guard let token = invitation ?? session.environment.nonEmpty("CLAW_INVITATION") else {
                throw Failure.usage("the invitation's token is missing; give it by CLAW_INVITATION or --invitation")
            }
            var body: JSONObject = ["token": .string(token), "name": .string(name)]
            body.set("displayName", displayName)
            if let passwordFile {
                let password = try await session.secret(
                    "the password", file: passwordFile, option: "--password-file", variable: "CLAW_PASSWORD")
                body["password"] = .string(password.reveal())
            }
            let user = try await session.controlPlane.post(try Paths.api("invitations", "accept"), .object(body))
            session.show(
                user,
                text: "user \(name) created; the login token, shown only this once:\n\(user.text("token").onOneLine)")
        }
    }
}
