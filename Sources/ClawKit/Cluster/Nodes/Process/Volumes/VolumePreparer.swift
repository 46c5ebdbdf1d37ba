import ClawBase
import ClawKubernetes
import ClawModels
import FoundationEssentials

/// Makes a pod's volumes: for each a directory of the host.
///
/// Known are emptyDir, hostPath, persistentVolumeClaim, secret, configMap, downwardAPI and projected volumes of the
/// last three. Files of secrets and config maps are written when the pod is prepared, and anew when its annotations
/// change: whoever changes them marks the pod. A volume is as writable as its directory: `readOnly` cannot be enforced
/// without mount namespaces.
struct VolumePreparer: Sendable {
    let api: any KubernetesAPI
    let directories: NodeDirectories
    let time: any TimeSource

    /// Volume name → directory.
    /// - Parameter onWait: told what the pod is waiting for.
    /// - Throws: ``ConfigurationProblem`` where a source is missing, refused or not to be had on this node.
    func prepare(_ pod: Pod, onWait: @Sendable (String) -> Void) async throws -> [String: String] {
        var result: [String: String] = [:]
        for volume in pod.spec?.volumes ?? [] { result[volume.name] = try await directory(for: volume, pod, onWait) }
        return result
    }

    /// Writes the files of secrets and config maps as they are now, of volumes that were prepared.
    func refresh(_ pod: Pod, _ prepared: [String: String]) async throws {
        let files = VolumeFiles(pod, PodSources(api: api, namespace: pod.namespace ?? ""))
        for volume in pod.spec?.volumes ?? [] where volume.secret != nil || volume.configMap != nil {
            guard let directory = prepared[volume.name], let now = try await files.files(of: volume) else { continue }
            try write(now, into: directory)
        }
    }

    private func directory(
        for volume: Volume, _ pod: Pod, _ onWait: @Sendable (String) -> Void
    ) async throws -> String {
        let own = directories.podVolume(pod.uid ?? "", volume.name)
        if let claim = volume.persistentVolumeClaim { return try await claimed(claim.claimName, pod, onWait) }
        if let source = volume.hostPath { return try hostPath(source) }
        if volume.emptyDir != nil {
            try FileTree.makeDirectory(own)
            return own
        }
        guard
            let files = try await VolumeFiles(pod, PodSources(api: api, namespace: pod.namespace ?? "")).files(
                of: volume)
        else {
            throw ConfigurationProblem(
                "volume \(volume.name) is of a kind that process nodes do not have; use emptyDir, hostPath, "
                    + "persistentVolumeClaim, secret, configMap, downwardAPI or projected")
        }
        try write(files, into: own)
        return own
    }

    private func write(_ files: [VolumeFiles.File], into directory: String) throws {
        try FileTree.makeDirectory(directory)
        for file in files {
            let path = "\(directory)/\(file.path)"
            if let slash = path.lastIndex(of: "/") { try FileTree.makeDirectory(String(path[..<slash])) }
            // Written beside and renamed: a process of an earlier life may be reading it.
            try FileTree.replace(path, with: file.bytes)
            try FileTree.setMode(path, file.mode)
        }
    }

    private func hostPath(_ source: HostPathVolumeSource) throws -> String {
        var isDirectory = false
        let exists = FileManager.default.fileExists(atPath: source.path, isDirectory: &isDirectory)
        switch source.type ?? "" {
        case "DirectoryOrCreate":
            if !exists { try FileTree.makeDirectory(source.path) }
        case "Directory":
            guard exists, isDirectory else {
                throw ConfigurationProblem("hostPath type check failed: \(source.path) is not a directory")
            }
        case "File":
            guard exists, !isDirectory else {
                throw ConfigurationProblem("hostPath type check failed: \(source.path) is not a file")
            }
        case "": break
        case let other: throw ConfigurationProblem("hostPath type \(other) is not known to process nodes")
        }
        return source.path
    }

    /// Waits until the claim is bound, then takes the volume's directory.
    private func claimed(_ name: String, _ pod: Pod, _ onWait: @Sendable (String) -> Void) async throws -> String {
        let selection = Selection(fieldSelector: "metadata.name=\(name)")
        for try await event in api.watch(PersistentVolumeClaim.self, in: pod.namespace, matching: selection, time: time)
        {
            let claim: PersistentVolumeClaim?
            switch event {
            case .snapshot(let claims):
                guard let found = claims.first else {
                    throw ConfigurationProblem(
                        "persistentvolumeclaim \"\(name)\" not found", reason: "ContainerCreating")
                }
                claim = found
            case .applied(let found): claim = found
            case .deleted:
                throw ConfigurationProblem("persistentvolumeclaim \"\(name)\" was deleted", reason: "ContainerCreating")
            }
            guard let claim, claim.status?.phase == "Bound", let volume = claim.spec?.volumeName, !volume.isEmpty else {
                onWait("waiting for persistentvolumeclaim \"\(name)\" to be bound")
                continue
            }
            return try await directory(ofPersistentVolume: volume)
        }
        throw CancellationError()
    }

    private func directory(ofPersistentVolume name: String) async throws -> String {
        guard let volume = try await api.find(PersistentVolume.self, name) else {
            throw ConfigurationProblem("persistentvolume \"\(name)\" not found", reason: "ContainerCreating")
        }
        guard let path = volume.spec?.local?.path ?? volume.spec?.hostPath?.path else {
            throw ConfigurationProblem(
                "persistentvolume \"\(name)\" is neither local nor hostPath; process nodes have only these")
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw ConfigurationProblem(
                "the directory \(path) of persistentvolume \"\(name)\" does not exist", reason: "ContainerCreating")
        }
        return path
    }
}
