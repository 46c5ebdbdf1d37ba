public import ClawBase

/// Files in and out of containers, as `kubectl cp` does it: tar over exec. The container needs `tar` (and `mkdir`, to
/// copy in); no more than a piece of the archive is in memory.
/// <https://kubernetes.io/docs/reference/kubectl/generated/kubectl_cp/>
extension KubernetesAPI {
    /// Copies a local file or directory into a container, with rights, times and symbolic links; owners are left to
    /// the container.
    ///
    ///     try await client.copy("site", toPod: "web", "/srv/www", in: "demo")
    /// - Parameters:
    ///   - local: a symbolic link is followed.
    ///   - path: what the copy becomes; with a `/` at its end, the directory it goes into. What is there is merged
    ///     with a directory and replaced by a file; missing directories are made.
    /// - Throws: ``Finding`` with ``FindingCode/copyFailed`` and the container's words where it could not (no `tar`, no
    ///   right to write), ``FindingCode/storage`` where a local file could not be read; as
    ///   ``exec(_:_:in:container:input:terminal:time:_:)``.
    @discardableResult
    public func copy(
        _ local: String, toPod pod: String, _ path: String, in namespace: String? = nil, container: String? = nil,
        time: some TimeSource = .system
    ) async throws -> CopySummary {
        let target = try ContainerPath(path)
        let copy = ContainerCopy(place: "\(pod):\(path)")
        guard let status: FileStatus = try asFindings({ try FileStatus.following(local) }) else {
            throw Finding(.notFound, "Nothing is there to copy; name a file or a directory.", field: local)
        }
        guard status.kind != .other else {
            throw Finding(.badRequest, "It is neither a file nor a directory; copy its content instead.", field: local)
        }
        let name = LocalPath.split(local).name
        let isDirectory = status.kind == .directory
        guard !target.isDirectory || target.parts.isEmpty && isDirectory || !["", ".", ".."].contains(name) else {
            throw Finding(
                .badRequest, "The copy has no name of its own; write one behind the last '/'.", field: copy.place)
        }
        // The directory that tar unpacks in, and a file's name there.
        let goal =
            try target.isDirectory && !(isDirectory && target.parts.isEmpty)
            ? ContainerPath(target.argument + "/" + name) : target
        let directory = isDirectory ? goal.argument : goal.parent
        if !["/", "."].contains(directory) {
            let made = try await copy.naming("mkdir") {
                try await run(pod, ["mkdir", "-p", directory], in: namespace, container: container, time: time)
            }
            try copy.check(made.outcome, "mkdir", made.standardError)
        }
        return try await copy.naming("tar") {
            try await exec(
                pod, ["tar", "-xopf", "-", "-C", directory], in: namespace, container: container, input: true,
                time: time
            ) { session in
                try await copy.send(through: session) { source in
                    if isDirectory {
                        try await source.write(contentOf: try SystemDirectory.open(local))
                    } else {
                        let file = LocalPath.split(try FileStatus.realPath(local))
                        try await source.write(
                            file.name, in: try SystemDirectory.open(file.parent), as: goal.parts.last ?? name)
                    }
                }
            }
        }
    }

    /// Copies a file or directory out of a container, with rights, times (as exactly as its tar tells them) and links.
    ///
    /// The container is not trusted: whatever its `tar` says, nothing is written but what `local` names and below it,
    /// and no link leads from there to elsewhere. What was copied before a failure stays.
    ///
    ///     try await client.copy(fromPod: "web", "/var/log/app", to: "logs/", in: "demo")
    /// - Parameters:
    ///   - path: absolute, or from the container's working directory.
    ///   - local: what the copy becomes; with a `/` at its end, the directory it goes into. Files are replaced,
    ///     directories merged; missing directories are made, for this user only.
    ///   - skipsUnsafe: leaves symbolic links that lead outside, devices and pipes out, with a remark for each,
    ///     instead of ending the copy with ``FindingCode/unsafeArchive``.
    ///   - limit: the most bytes of content.
    /// - Throws: ``Finding`` with ``FindingCode/unsafeArchive`` or ``FindingCode/badArchive`` and the member's name,
    ///   ``FindingCode/notFound``, and as ``copy(_:toPod:_:in:container:time:)``.
    @discardableResult
    public func copy(
        fromPod pod: String, _ path: String, to local: String, in namespace: String? = nil, container: String? = nil,
        skipsUnsafe: Bool = false, limit: Int = 16 << 30, time: some TimeSource = .system
    ) async throws -> CopySummary {
        let source = try ContainerPath(path)
        let copy = ContainerCopy(place: "\(pod):\(path)")
        let goal = local.hasSuffix("/") ? local + (source.parts.last ?? "") : local
        guard !goal.isEmpty, !goal.utf8.contains(0) else {
            throw Finding(.badRequest, "The copy needs a place; name a local path.", field: "local")
        }
        try asFindings { try FileTree.makeDirectory(LocalPath.split(goal).parent) }
        let target = ArchiveTarget(prefix: source.parts, local: goal, skipsUnsafe: skipsUnsafe, limit: limit)
        return try await copy.naming("tar") {
            try await exec(pod, ["tar", "-cf", "-", source.argument], in: namespace, container: container, time: time) {
                try await copy.receive(from: $0, into: target)
            }
        }
    }
}
