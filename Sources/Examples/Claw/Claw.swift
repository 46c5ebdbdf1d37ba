import ArgumentParser

/// The root of the command tree.
struct Claw: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "claw",
        abstract: "Scripts a ClawKit platform over its control plane's HTTP API; serves embedded clusters.",
        discussion: """
            Exit codes: 0 ok, 1 failed, 2 usage, 3 refused with a finding code, 4 not found, 5 unreachable.
            """,
        subcommands: [
            TenantCommand.self, ProjectCommand.self, PolicyCommand.self, UserCommand.self, MemberCommand.self,
            InvitationCommand.self, RuntimeCommand.self, RouteCommand.self, CheckpointCommand.self,
            PoolCommand.self, ChatCommand.self, OperationCommand.self, MeCommand.self, ClusterCommand.self, DefinitionCommand.self,
            GatewayCommand.self, KeyCommand.self, PasswordCommand.self, TokenCommand.self, UsageCommand.self,
            BudgetCommand.self, CapacityCommand.self,
        ])

    // The parser takes what the root knows from anywhere in the arguments, so these options may stand before the
    // command as well as behind it; commands with the same group get the values from here.
    @OptionGroup var connection: ConnectionOptions
}

/// A command that only holds others: alone it is a usage error.
protocol GroupCommand: ParsableCommand {}

/// A command that does something.
protocol ClawCommand: ParsableCommand {
    var connection: ConnectionOptions { get }
}

/// A command that needs no control plane.
protocol LocalCommand: ClawCommand {
    /// - Throws: ``Failure``, ``Finding`` or `CancellationError`.
    func run(in surroundings: Surroundings) async throws
}

/// A command that talks to the control plane.
protocol ControlPlaneCommand: ClawCommand {
    /// - Throws: ``Failure``, ``TransportError`` or `CancellationError`.
    func run(in session: Session) async throws
}

/// A command that talks to the control plane without having signed in.
protocol UnsignedCommand: ClawCommand {
    /// - Throws: ``Failure``, ``TransportError`` or `CancellationError`.
    func run(in session: Session) async throws
}
