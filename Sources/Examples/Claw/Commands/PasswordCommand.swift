import ArgumentParser
import ClawBase
import ClawDocuments

struct PasswordCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Passwords with which people sign in.",
        subcommands: [Change.self, Reset.self, Delete.self])

    struct Change: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes one's own password, or sets the first; all sessions end.",
            discussion: """
                Passwords come from files or from the environment, never from the command line, which others can see.
                The first password needs no present one, only one's token.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "A file with the present password (environment: CLAW_PASSWORD).") var passwordFile: String?
        @Option(help: "A file with the new one (environment: CLAW_NEW_PASSWORD).") var newPasswordFile: String?

        func run(in session: Session) async throws {
            let new = try await session.secret(
                "the new password", file: newPasswordFile, option: "--new-password-file", variable: "CLAW_NEW_PASSWORD")
            var body: JSONObject = ["new": .string(new.reveal())]
            if passwordFile != nil || session.environment.nonEmpty("CLAW_PASSWORD") != nil {
                let present = try await session.secret(
                    "the present password", file: passwordFile, option: "--password-file", variable: "CLAW_PASSWORD")
                body["current"] = .string(present.reveal())
            }
            let answer = try await session.controlPlane.put(try Paths.api("me", "password"), .object(body))
            session.show(answer, text: "password changed")
        }
    }

    struct Reset: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets a password that the user must change at the next sign-in, and prints it, this once.",
            discussion: "All of the user's sessions end. As text the password stands alone on the last line.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The user's name.") var name: String
        @Option(help: "A file with the password. Without: one is made up.") var passwordFile: String?

        func run(in session: Session) async throws {
            var body = JSONObject()
            if let passwordFile {
                let password = try await session.secret(
                    "the password", file: passwordFile, option: "--password-file", variable: "CLAW_PASSWORD")
                body["password"] = .string(password.reveal())
            }
            let answer = try await session.controlPlane.put(try Paths.api("users", name, "password"), .object(body))
            let what = "\(name) must change the password by \(answer.text("expiresAt"))"
            let made = answer["password"]?.string.map { "; it is, shown only this once:\n\($0.onOneLine)" }
            session.show(answer, text: what + (made ?? ""))
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a user's password away; all of the user's sessions end.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The user's name.") var name: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("users", name, "password"))
            session.showDeleted("password of", name, answer)
        }
    }
}
