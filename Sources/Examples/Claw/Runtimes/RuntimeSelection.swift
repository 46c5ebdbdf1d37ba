import ArgumentParser
import ClawDocuments

/// Which runtime a command means.
struct RuntimeSelection: ParsableArguments {
    @Option(help: "The user the runtime belongs to.") var user: String?
    @Option(help: "The runtime's name (default: the user's name).") var name: String?
    @Option(help: "The project, where the user is in several.") var project: String?

    func validate() throws {
        if user == nil, name == nil { throw ValidationError("Name the runtime by --user, --name or both.") }
    }

    /// Never empty once validated.
    var runtimeName: String { name ?? user ?? "" }
}

/// Where a runtime is, or is to be.
struct RuntimeAddress: Sendable, Equatable {
    let project: String
    let name: String

    func path(_ action: String? = nil) throws(Failure) -> String {
        guard let action else { return try Paths.api("projects", project, "runtimes", name) }
        return try Paths.api("projects", project, "runtimes", name, action)
    }
}
