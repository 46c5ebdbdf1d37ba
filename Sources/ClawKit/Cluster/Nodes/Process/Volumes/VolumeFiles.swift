import ClawModels

/// The files of secret, configMap, downwardAPI and projected volumes.
struct VolumeFiles {
    struct File: Sendable, Hashable {
        /// Relative to the volume.
        var path: String
        var bytes: [UInt8]
        var mode: Int
    }

    let pod: Pod
    let sources: PodSources

    init(_ pod: Pod, _ sources: PodSources) { (self.pod, self.sources) = (pod, sources) }

    static let mode = 0o644

    /// Secrets are for the node's own user only, whatever the mode says of group and others: there is no container
    /// around them.
    static func secretMode(_ declared: Int?) -> Int { (declared ?? 0o600) & 0o700 }

    /// nil where the volume is of another kind.
    func files(of volume: Volume) async throws -> [File]? {
        if let source = volume.secret {
            let data = try await sources.secret(source.secretName ?? "", isOptional: source.optional ?? false)
            return try files(
                data, source.items, defaultMode: Self.secretMode(source.defaultMode),
                isOptional: source.optional ?? false)
        }
        if let source = volume.configMap {
            let data = try await sources.configMap(source.name ?? "", isOptional: source.optional ?? false)
            return try files(
                data, source.items, defaultMode: source.defaultMode ?? Self.mode, isOptional: source.optional ?? false)
        }
        if let source = volume.downwardAPI {
            return try files(source.items, defaultMode: source.defaultMode ?? Self.mode)
        }
        if let source = volume.projected { return try await files(source) }
        return nil
    }

    private func files(_ projected: ProjectedVolumeSource) async throws -> [File] {
        var files: [File] = []
        for source in projected.sources {
            if let secret = source.secret {
                let data = try await sources.secret(secret.name ?? "", isOptional: secret.optional ?? false)
                files += try self.files(
                    data, secret.items, defaultMode: Self.secretMode(projected.defaultMode),
                    isOptional: secret.optional ?? false)
            } else if let map = source.configMap {
                let data = try await sources.configMap(map.name ?? "", isOptional: map.optional ?? false)
                files += try self.files(
                    data, map.items, defaultMode: projected.defaultMode ?? Self.mode, isOptional: map.optional ?? false)
            } else if let downward = source.downwardAPI {
                files += try self.files(downward.items, defaultMode: projected.defaultMode ?? Self.mode)
            } else if let token = source.serviceAccountToken {
                files.append(
                    File(
                        path: try Self.checked(token.path), bytes: Array(try await sources.token(token, of: pod).reveal().utf8),
                        mode: Self.secretMode(projected.defaultMode)))
            } else {
                throw ConfigurationProblem(
                    "a projected volume may hold secret, configMap, downwardAPI and serviceAccountToken sources on a "
                        + "process node, no certificates or trust bundles")
            }
        }
        return files
    }

    private func files(_ items: [DownwardAPIVolumeFile], defaultMode: Int) throws -> [File] {
        try items.map { item in
            guard let field = item.fieldRef else {
                throw ConfigurationProblem(
                    "resourceFieldRef is not known to process nodes: processes have no limits of their own")
            }
            return File(
                path: try Self.checked(item.path),
                bytes: Array(try FieldReference.value(field.fieldPath, of: pod).utf8),
                mode: item.mode ?? defaultMode)
        }
    }

    /// All keys as files, or only the items named.
    private func files(
        _ data: [String: [UInt8]]?, _ items: [KeyToPath], defaultMode: Int, isOptional: Bool
    ) throws -> [File] {
        guard let data else { return [] }
        if items.isEmpty {
            return try data.sorted { $0.key < $1.key }.map {
                File(path: try Self.checked($0.key), bytes: $0.value, mode: defaultMode)
            }
        }
        return try items.compactMap { item in
            guard let bytes = data[item.key] else {
                if isOptional { return nil }
                throw ConfigurationProblem(
                    "references non-existent secret or config key: \(item.key)", reason: "ContainerCreating")
            }
            return File(
                path: try Self.checked(item.path), bytes: bytes,
                mode: item.mode.map { defaultMode & 0o077 == 0 ? Self.secretMode($0) : $0 } ?? defaultMode)
        }
    }

    private static func checked(_ path: String) throws(ConfigurationProblem) -> String {
        guard !path.isEmpty, !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw ConfigurationProblem("the path '\(path)' of a volume's file must be relative and without '..'")
        }
        return path
    }
}
