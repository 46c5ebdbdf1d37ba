import ClawBase

extension ContainerPlanner {
    /// A command in the surroundings of a running container: its variables, directory and mounts.
    /// - Throws: ``ConfigurationProblem`` where the command is not found.
    func exec(_ command: [String], in container: ProcessSpec) throws -> ProcessSpec {
        guard let program = command.first, !program.isEmpty else { throw ConfigurationProblem("you must specify at least 1 command") }
        var spec = container
        spec.arguments = command.map(container.paths.rewriteArgument)
        spec.executable = try executable(spec.arguments[0], container.workingDirectory, container.environment["PATH"])
        if program.split(separator: "/").last == "tar" { spec.arguments += memberNames(command, container.paths) }
        return spec
    }

    /// `kubectl cp` reads an archive whose members bear the names it asked for. With its argument rewritten to a
    /// directory of the host, tar has to be told to name them by the mount path all the same.
    private func memberNames(_ command: [String], _ paths: PathRewriting) -> [String] {
        command.dropFirst().filter { $0.hasPrefix("/") }.compactMap { path in
            let real = paths.rewrite(path)
            guard real != path else { return nil }
            let (from, to) = (Self.relative(real), Self.relative(path))
            return "--transform=flags=rSh;s,^/*\(Self.escaped(from)),\(Self.replacement(to)),"
        }
    }

    private static func relative(_ path: String) -> String { String(path.drop { $0 == "/" }) }

    /// As a basic regular expression that means itself.
    private static func escaped(_ text: String) -> String {
        text.map { ".[]*^$\\,".contains($0) ? "\\\($0)" : "\($0)" }.joined()
    }

    private static func replacement(_ text: String) -> String {
        text.map { "&\\,".contains($0) ? "\\\($0)" : "\($0)" }.joined()
    }
}
