import ClawBase
import ClawKubernetes
import FoundationEssentials

/// Everything a command line touches outside itself, so that tests can stand in for all of it.
struct Surroundings: Sendable {
    var environment: [String: String] = [:]
    /// Where token files are read.
    var files: any SecretSource
    var console: any Console
    var time: any TimeSource = .system
    /// The way to a control plane, by its address.
    var transport: @Sendable (_ server: String) -> any Transport
    /// The cluster that a kubeconfig's context names; each nil for what kubectl would take.
    var kubernetes: @Sendable (_ kubeconfig: String?, _ context: String?) throws -> any KubernetesAPI = {
        try KubernetesClient.connect(kubeconfig: $0, context: $1)
    }

    /// The way to registries of images, by absolute URLs, which are trusted by certificates (PEM), or as the system does.
    var registry: @Sendable (_ certificates: String?) -> any Transport = {
        CurlTransport(.init(tls: .init(certificateAuthorities: $0), userAgent: "claw"))
    }

    /// This process's own.
    static func process() -> Surroundings {
        Surroundings(
            environment: ProcessInfo.processInfo.environment, files: FileSecrets(), console: ProcessConsole(),
            transport: { CurlTransport(.init(baseURL: $0, userAgent: "claw")) })
    }

    func session(_ options: ConnectionOptions) async throws(Failure) -> Session {
        let server = try options.serverURL(environment)
        let token = try await options.signInToken(environment, files)
        return Session(
            controlPlane: ControlPlane(server: server, token: token, transport: transport(server)),
            console: console, output: options.output, time: time, environment: environment, files: files)
    }

    /// For what needs no sign-in.
    func unsignedSession(_ options: ConnectionOptions) throws(Failure) -> Session {
        let server = try options.serverURL(environment)
        return Session(
            controlPlane: ControlPlane(server: server, token: nil, transport: transport(server)), console: console,
            output: options.output, time: time, environment: environment, files: files)
    }
}

/// What one command works with.
struct Session: Sendable {
    let controlPlane: ControlPlane
    let console: any Console
    let output: OutputFormat
    let time: any TimeSource
    /// Where commands find secrets of their own.
    let environment: [String: String]
    let files: any SecretSource

    /// A secret from a file that an option names, else from the environment.
    /// - Throws: ``Failure`` (usage) where neither has one.
    func secret(_ what: String, file: String?, option: String, variable: String) async throws(Failure) -> Secret<String> {
        if let file {
            do { return try await files.secret(.file(file)) } catch {
                throw .usage("\(what): the file \(file) is missing, empty or not readable", field: option)
            }
        }
        guard let value = environment.nonEmpty(variable) else {
            throw .usage("\(what) is missing; give it by \(variable) or \(option)")
        }
        return Secret(value)
    }
}
