public import ClawModels
public import ClawResources

/// A program of which nothing is known but the contract of ``agent-runtime``: it listens at `PORT`, keeps its state in
/// `STATE_DIR`, and answers `/startupz`, `/readyz` and `/healthz` (Docs/profiles.md). One that speaks for itself before it is
/// put to sleep answers `/activity`.
public struct CommandProfile: RuntimeProfile {
    public init() {}

    public var reception: BundleReception { .byProgram }

    public var activity: ActivityReport? {
        ActivityReport(path: "activity", member: "lastActivity", busyMembers: ["busy"])
    }

    public func shape(_ template: RuntimeTemplateSpec, resources: [String: Quantity]) -> RuntimeShape {
        var shape = RuntimeShape(
            image: template.image ?? "", command: template.command,
            port: template.port ?? ClawConfiguration.Template.standardPort)
        shape.variables = [
            EnvVar(name: "PORT", value: String(shape.port)), EnvVar(name: "STATE_DIR", value: shape.stateDirectory),
        ]
        shape.resources = resources
        shape.live = RuntimeShape.probe("/healthz", period: 5, failures: 3)
        shape.ready = RuntimeShape.probe("/readyz", period: 2, failures: 1)
        shape.startup = RuntimeShape.probe("/startupz", period: 1, failures: 240)
        shape.network = template.network
        shape.apply(template.probes)
        return shape
    }
}
