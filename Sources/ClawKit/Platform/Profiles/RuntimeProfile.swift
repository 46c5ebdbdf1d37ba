public import ClawBase
public import ClawModels
public import ClawResources

/// What is known of a program that runs as somebody's runtime: how it is started, asked, and told what is its user's.
///
/// Two halves, kept apart: ``shape(_:resources:)`` is what a pod is, the same for everybody, so that pods can be there
/// before anybody wants one; ``settings(_:)`` is what one user gets.
public protocol RuntimeProfile: Sendable {
    /// Environment variables that it sets itself, and no layer may.
    var reserved: Set<String> { get }
    /// - Parameter resources: what a pod gets of cpu, memory and others, as limits.
    func shape(_ template: RuntimeTemplateSpec, resources: [String: Quantity]) -> RuntimeShape
    func settings(_ subject: RuntimeSubject) -> RuntimeSettings
    /// How the program itself tells when it was last used; nil: it does not.
    var activity: ActivityReport? { get }
    /// Whether its addresses begin with the path form's prefix, `/r/demo/ada`; else the proxy takes that away.
    var keepsPrefix: Bool { get }
    /// How a program whose pod was there before it had a user learns what is that user's.
    var reception: BundleReception { get }
    /// What a template says of it and may not.
    func findings(_ template: RuntimeTemplateSpec) -> [Finding]
}

extension RuntimeProfile {
    public var reserved: Set<String> { [] }
    public func settings(_ subject: RuntimeSubject) -> RuntimeSettings { RuntimeSettings() }
    public var activity: ActivityReport? { nil }
    public var keepsPrefix: Bool { false }
    public var reception: BundleReception { .never }
    public func findings(_ template: RuntimeTemplateSpec) -> [Finding] { [] }
}

/// Whose runtime it is, and what the platform gives it.
public struct RuntimeSubject: Sendable, Hashable {
    public var project: String
    public var runtime: String
    public var user: String
    /// The aliases it may call, the default one first.
    public var models: [String]
    /// `http://…/v1`
    public var modelsURL: String
    /// The path form's prefix, `/r/demo/ada`.
    public var path: String
    /// Origins from which browsers talk to it, `https://ada-demo.claw.example.org`.
    public var origins: [String]
    /// From which addresses the platform's proxies come, as networks.
    public var proxies: [String]
    public var template: RuntimeTemplateSpec
}

/// What one user's runtime gets beyond what every one gets.
public struct RuntimeSettings: Sendable, Hashable {
    public var variables: [EnvVar]
    /// Configuration by file name, mounted at ``RuntimeShape/filesDirectory``. No secrets: it stands in a ConfigMap.
    public var files: [String: String]

    public init(variables: [EnvVar] = [], files: [String: String] = [:]) {
        (self.variables, self.files) = (variables, files)
    }
}

/// Where a program tells when it was last used.
public struct ActivityReport: Sendable, Hashable {
    /// An HTTP path of the program, without the slash at its beginning; below the path form's prefix where it keeps that.
    public var path: String
    /// The member of the answer with the time, RFC 3339.
    public var member: String
    /// Members that are true, or above zero, while it is in use.
    public var busyMembers: [String]

    public init(path: String, member: String, busyMembers: [String] = []) {
        (self.path, self.member, self.busyMembers) = (path, member, busyMembers)
    }
}

extension RuntimeTemplateSpec {
    /// What is known of its program.
    public var program: any RuntimeProfile {
        switch profile {
        case .command: CommandProfile()
        case .openClaw: OpenClawProfile(version: version)
        case .jupyter: JupyterProfile()
        }
    }
}
