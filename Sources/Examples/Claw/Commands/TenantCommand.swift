import ArgumentParser
import ClawBase
import ClawDocuments
import ExampleSupport

struct TenantCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Tenants: who the platform works for.",
        subcommands: [Create.self, List.self, Show.self, Suspend.self, Resume.self, Delete.self])

    struct Create: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Creates a tenant.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The new tenant's name: letters a-z, digits and '-'.") var name: String

        func run(in session: Session) async throws {
            let tenant = try await session.controlPlane.post(try Paths.api("tenants"), ["name": .string(name)])
            session.show(tenant, text: "tenant \(name) created")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the tenants.")
        @OptionGroup var connection: ConnectionOptions

        func run(in session: Session) async throws {
            let tenants = try await session.controlPlane.get(try Paths.api("tenants"))
            session.showList(tenants, ["NAME", "STATE", "CREATED"]) { tenant in
                let isSuspended = tenant["suspended"]?.bool ?? false
                let end = tenant["deletedAfter"]?.string.map { ", goes \($0)" } ?? ""
                return [tenant.text("name"), (isSuspended ? "suspended" : "active") + end, tenant.text("createdAt")]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a tenant.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The tenant's name.") var name: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("tenants", name)))
        }
    }

    struct Suspend: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts everything that a tenant runs to rest; data stays.",
            discussion: "Cron jobs, jobs, runtimes, workloads, ways in and single pods, in this order.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The tenant's name.") var name: String
        @OptionGroup var options: WaitOptions

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.post(try Paths.api("tenants", name, "suspend"))
            try await TenantChange(session: session, name: name, action: "suspend").finish(answer, options)
        }
    }

    struct Resume: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings a suspended tenant back as it was; takes its deletion back before the time.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The tenant's name.") var name: String
        @OptionGroup var options: WaitOptions

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.post(try Paths.api("tenants", name, "resume"))
            try await TenantChange(session: session, name: name, action: "resume").finish(answer, options)
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes a tenant without projects, or with a time of grace one with all it has.",
            discussion: """
                With --grace it is suspended at once, and goes with all projects after that time; until then 'claw tenant \
                resume' takes it back.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The tenant's name.") var name: String
        @Option(help: "The time of grace, like 30s or 168h.") var grace: TimeLimit?
        @OptionGroup var options: WaitOptions

        func run(in session: Session) async throws {
            let seconds = grace.map { String(Int64($0.duration.inSeconds)) }
            let answer = try await session.controlPlane.delete(
                try Paths.api("tenants", name) + Paths.query(["graceSeconds": seconds]))
            guard grace != nil else { return session.showDeleted("tenant", name, answer) }
            try await TenantChange(session: session, name: name, action: "delete").finish(answer, options)
        }
    }
}

/// An operation on a whole tenant, from the accepted request to its end.
struct TenantChange: Sendable {
    let session: Session
    let name: String
    let action: String

    /// Shows the control plane's answer to the request, or, with `--wait`, the operation as it has ended.
    func finish(_ answer: JSON, _ options: WaitOptions) async throws {
        guard let operation = Operation(answer["operation"]) else {
            throw Failure.badAnswer("\(session.controlPlane.server) answers without an operation")
        }
        guard options.wait else {
            return session.show(answer, text: "\(action) of tenant \(name) accepted as operation \(operation.id)")
        }
        let last = try await session.within(options.timeout, of: operation) {
            let progress = OperationProgress()
            let follower = OperationFollower(controlPlane: session.controlPlane, time: session.time) { operation in
                for line in progress.lines(for: operation) { session.tell(line) }
            }
            return try await follower.follow(operation)
        }
        try last.check()
        session.show(["operation": last.json], text: "\(action) of tenant \(name) done")
    }
}
