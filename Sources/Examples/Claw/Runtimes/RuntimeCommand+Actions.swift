import ArgumentParser

/// A command that does one thing to a runtime that is there.
protocol RuntimeActionCommand: ControlPlaneCommand {
    static var action: RuntimeAction { get }
    var selection: RuntimeSelection { get }
    var waiting: WaitOptions { get }
}

extension RuntimeActionCommand {
    func run(in session: Session) async throws {
        let place = try await RuntimeLocator(controlPlane: session.controlPlane, selection: selection).existing()
        let answer = try await session.controlPlane.post(try place.address.path(Self.action.rawValue))
        try await RuntimeChange(session: session, address: place.address, action: Self.action).finish(answer, waiting)
    }
}

extension RuntimeCommand {
    struct Stop: RuntimeActionCommand {
        static let action = RuntimeAction.stop
        static let configuration = CommandConfiguration(abstract: "Stops a runtime; its volume stays.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @OptionGroup var waiting: WaitOptions
    }

    struct Suspend: RuntimeActionCommand {
        static let action = RuntimeAction.suspend
        static let configuration = CommandConfiguration(abstract: "Suspends a runtime until somebody needs it.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @OptionGroup var waiting: WaitOptions
    }

    struct Resume: RuntimeActionCommand {
        static let action = RuntimeAction.resume
        static let configuration = CommandConfiguration(abstract: "Resumes a suspended runtime.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @OptionGroup var waiting: WaitOptions
    }

    struct Recover: RuntimeActionCommand {
        static let action = RuntimeAction.recover
        static let configuration = CommandConfiguration(abstract: "Brings a failed runtime back.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @OptionGroup var waiting: WaitOptions
    }

    struct Restart: RuntimeActionCommand {
        static let action = RuntimeAction.restart
        static let configuration = CommandConfiguration(abstract: "Stops a runtime and starts it again.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var selection: RuntimeSelection
        @OptionGroup var waiting: WaitOptions
    }
}
