import ArgumentParser
import ClawDocuments

struct MeCommand: ControlPlaneCommand {
    static let configuration = CommandConfiguration(
        commandName: "me", abstract: "Shows whom the token belongs to, with roles and projects.")
    @OptionGroup var connection: ConnectionOptions

    func run(in session: Session) async throws {
        let me = try await session.controlPlane.get(try Paths.api("me"))
        let user = me["user"]?["name"]?.string ?? me.text("user")
        let rows = [
            ["user", user], ["roles", Memberships(me["roles"]).text], ["projects", Memberships(me["projects"]).text],
        ]
        session.show(me, text: Table(rows).text)
    }
}
