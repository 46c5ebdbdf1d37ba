/// Mount paths to the directories that stand for them. Pure.
///
/// Local processes have no mount namespace of their own, so a volume cannot appear at its `mountPath`. Instead a
/// text that *begins* with a mount path (is equal to it or goes on with `/`) has that part replaced by the volume's
/// directory: in environment values, in the command and its arguments (there also behind the `=` of `--flag=PATH`)
/// and in `workingDir`. The longest mount path wins. A program may also read the directory from
/// `CLAW_VOLUME_<NAME>`.
struct PathRewriting: Sendable, Hashable {
    private let directories: [(mountPath: String, directory: String)]

    init(_ mounts: [(mountPath: String, directory: String)]) {
        directories = mounts.map { mount in
            var path = mount.mountPath
            while path.count > 1, path.hasSuffix("/") { path.removeLast() }
            return (path, mount.directory)
        }.sorted { $0.mountPath.count > $1.mountPath.count }
    }

    func rewrite(_ text: String) -> String {
        guard text.hasPrefix("/") else { return text }
        for (path, directory) in directories {
            if text == path { return directory }
            if text.hasPrefix(path), path == "/" || text.dropFirst(path.count).first == "/" {
                return directory + (path == "/" ? "/" : "") + text.dropFirst(path.count)
            }
        }
        return text
    }

    func rewriteArgument(_ text: String) -> String {
        guard text.hasPrefix("-"), let equals = text.firstIndex(of: "=") else { return rewrite(text) }
        let value = text.index(after: equals)
        return text[..<value] + rewrite(String(text[value...]))
    }

    static func == (a: Self, b: Self) -> Bool { a.directories.elementsEqual(b.directories) { $0 == $1 } }
    func hash(into hasher: inout Hasher) { for each in directories { hasher.combine(each.mountPath) } }
}
