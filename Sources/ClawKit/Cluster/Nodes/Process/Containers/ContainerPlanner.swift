import ClawBase
import ClawKubernetes
import ClawModels
import FoundationEssentials

/// What a prepared pod has on this machine.
struct PodSandbox: Sendable, Hashable {
    /// Volume name → directory.
    var volumes: [String: String] = [:]
    /// Port key → port.
    var ports: [String: Int] = [:]
    /// Uids of earlier pods whose directories' paths lead here: restored processes know them.
    var aliases: [String] = []
}

/// From a container's declaration to what is executed.
struct ContainerPlanner: Sendable {
    let api: any KubernetesAPI
    let configuration: ProcessNodeConfiguration
    let directories: NodeDirectories
    let records: ProcessRecords
    /// The node's own environment.
    let environment: [String: String]

    /// - Throws: ``ConfigurationProblem`` where the declaration cannot be carried out (yet).
    func plan(_ container: Container, attempt: Int, of pod: Pod, _ sandbox: PodSandbox) async throws -> ProcessSpec {
        guard !container.command.isEmpty else {
            throw ConfigurationProblem(
                "container \(container.name) declares no command; a process node runs commands, not images: set "
                    + "`command` to the program and its arguments")
        }
        let uid = pod.uid ?? ""
        let mounts = try mounts(of: container, sandbox)
        let rewriting = PathRewriting(mounts.map { ($0.mountPath, $0.directory) })
        var builder = EnvironmentBuilder(
            pod, container, base: base(pod, container, attempt, mounts),
            sources: PodSources(api: api, namespace: pod.namespace ?? ""), rewriting: rewriting, ports: sandbox.ports)
        try await builder.addDeclared()
        let variables = builder.variables
        guard variables.allSatisfy({ EnvironmentBuilder.isName($0.key) && !$0.value.utf8.contains(0) }) else {
            throw ConfigurationProblem("an environment variable has an impossible name, or a value with a zero byte")
        }
        let arguments = (container.command + container.args).map { text in
            rewriting.rewriteArgument(VariableExpansion.expand(text) { variables[$0] })
        }
        let workingDirectory = try workingDirectory(of: container, uid, rewriting)
        return ProcessSpec(
            executable: try executable(arguments[0], workingDirectory, variables["PATH"]), arguments: arguments,
            environment: variables, workingDirectory: workingDirectory, paths: rewriting)
    }

    private func base(
        _ pod: Pod, _ container: Container, _ attempt: Int,
        _ mounts: [(name: String, mountPath: String, directory: String)]
    ) -> [String: String] {
        var base = environment.filter { configuration.inheritedEnvironment.contains($0.key) }
        base["HOSTNAME"] = pod.spec?.hostname ?? pod.name
        base[ProcessRecords.marker] = records.marker(podUID: pod.uid ?? "", container: container.name, attempt: attempt)
        // A token's volume has a name that nobody can know beforehand.
        for mount in mounts where !mount.name.hasPrefix("kube-api-access-") {
            base["CLAW_VOLUME_\(EnvironmentBuilder.variableName(mount.name))"] = mount.directory
        }
        return base
    }

    private func mounts(
        of container: Container, _ sandbox: PodSandbox
    ) throws -> [(name: String, mountPath: String, directory: String)] {
        try container.volumeMounts.map { mount in
            guard let volume = sandbox.volumes[mount.name] else {
                throw ConfigurationProblem(
                    "container \(container.name) mounts \(mount.name), which is no volume of the pod")
            }
            if mount.subPathExpr != nil { throw ConfigurationProblem("subPathExpr is not known to process nodes") }
            guard let subPath = mount.subPath, !subPath.isEmpty else { return (mount.name, mount.mountPath, volume) }
            guard !subPath.hasPrefix("/"), !subPath.split(separator: "/").contains("..") else {
                throw ConfigurationProblem("subPath \(subPath) must be a relative path without '..'")
            }
            let directory = "\(volume)/\(subPath)"
            if !FileManager.default.fileExists(atPath: directory) { try FileTree.makeDirectory(directory) }
            return (mount.name, mount.mountPath, directory)
        }
    }

    /// The declared directory; without one, an empty one of the container's own that lives as long as the pod.
    private func workingDirectory(of container: Container, _ uid: String, _ rewriting: PathRewriting) throws -> String {
        guard let declared = container.workingDir, !declared.isEmpty else {
            let own = directories.workingDirectory(uid, container.name)
            try FileTree.makeDirectory(own)
            return own
        }
        guard declared.hasPrefix("/") else {
            throw ConfigurationProblem("workingDir \(declared) must be an absolute path")
        }
        return rewriting.rewrite(declared)
    }

    /// A name without slash is looked for in the node's search path, then in the container's `PATH`.
    func executable(_ command: String, _ workingDirectory: String, _ path: String?) throws -> String {
        if command.contains("/") { return command.hasPrefix("/") ? command : "\(workingDirectory)/\(command)" }
        let places =
            configuration.executableSearchPath
            + (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init)
        for place in places where place.hasPrefix("/") {
            let candidate = "\(place)/\(command)"
            var isDirectory = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory), !isDirectory,
                FileManager.default.isExecutableFile(atPath: candidate)
            {
                return candidate
            }
        }
        throw ConfigurationProblem(
            "exec: \"\(command)\": executable file not found in \(places.joined(separator: ":"))",
            reason: "CreateContainerError")
    }
}
