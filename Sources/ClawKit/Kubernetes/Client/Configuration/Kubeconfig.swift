import ClawBase
public import ClawDocuments

/// Kubeconfig files: one, or several merged.
///
/// <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/>
/// Merged, an entry is the first file's that has one of its name, whole; so is the current context. A relative path
/// starts from the folder of the file it stands in. A broken file is an error, never a silent fall-through to another
/// cluster or another user.
public struct Kubeconfig: Sendable {
    private let files: [KubeconfigEntry]

    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming the file and what is wrong with it.
    public init(contentsOf path: String) throws {
        try self.init(parsing: try KubeconfigEntry.text(of: path), path: path)
    }

    /// - Parameter path: what errors name, and where relative paths in the text start from.
    public init(parsing text: String, path: String) throws {
        guard let document = try Self.document(text, path), document["clusters"] != nil else { throw Self.notOne(path) }
        files = [KubeconfigEntry(document, file: path, place: "")]
    }

    /// Files in the order of `KUBECONFIG`. Those that are not there are left out, as kubectl does, unless that leaves
    /// none; empty ones say nothing.
    public init(merging paths: [String]) throws {
        var files: [KubeconfigEntry] = []
        var seen: Set<String> = []
        for path in paths where seen.insert(path).inserted && FileStamp(of: path) != nil {
            guard let document = try Self.document(try KubeconfigEntry.text(of: path), path) else { continue }
            files.append(KubeconfigEntry(document, file: path, place: ""))
        }
        guard !files.isEmpty else {
            throw Finding(
                .badConfig, "None of the kubeconfig files is there: \(paths.joined(separator: ", ")). Mend KUBECONFIG.",
                field: "KUBECONFIG")
        }
        self.files = files
    }

    /// The file's one document; nil where it is empty.
    private static func document(_ text: String, _ path: String) throws -> JSONObject? {
        let documents = try Manifest.parse(text, source: path)
        guard let first = documents.first else { return nil }
        let members = ["clusters", "users", "contexts", "current-context", "apiVersion"]
        guard documents.count == 1, case .object(let document) = first, members.contains(where: { document[$0] != nil })
        else { throw notOne(path) }
        return document
    }

    private static func notOne(_ path: String) -> Finding {
        Finding(
            .badConfig, "The file is no kubeconfig: it must hold one document with 'clusters', 'users' and 'contexts'.",
            field: path)
    }

    /// The current context's name; nil where no file names one.
    public var currentContext: String? {
        get throws {
            for file in files {
                if let name = try file.text("current-context") { return name }
            }
            return nil
        }
    }

    /// The names of all contexts, in the files' order.
    public var contexts: [String] {
        var seen: Set<String> = []
        return files.flatMap { $0.names(in: "contexts") }.filter { seen.insert($0).inserted }
    }

    /// All files as one document: paths made absolute or relative to the working directory, unknown members kept.
    public var merged: JSONObject {
        var merged = JSONObject()
        for file in files { file.merge(into: &merged) }
        return merged
    }

    /// The access of a context, the current one by default.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming the file and the place in it.
    public func access(context wanted: String? = nil) throws -> ClusterAccess {
        guard let name = try wanted ?? currentContext, !name.isEmpty else {
            throw files[0].broken("it has no current context; set one or name a context", "current-context")
        }
        let context = try entry("contexts", name, "context")
        guard let clusterName = try context.text("cluster") else {
            throw context.broken("the context names no cluster", "cluster")
        }
        let cluster = try entry("clusters", clusterName, "cluster")
        var access = try cluster.server()
        access.namespace = try context.text("namespace") ?? "default"
        if let user = try context.text("user") {
            try entry("users", user, "user").authenticate(&access, cluster: cluster)
        }
        return access
    }

    private func entry(_ list: String, _ name: String, _ member: String) throws -> KubeconfigEntry {
        for file in files {
            if let found = try file.find(list, name, member) { return found }
        }
        let names = files.flatMap { $0.names(in: list) }
        let nearest = NearestName.nearest(to: name, in: names).map { "; did you mean '\($0)'?" } ?? ""
        throw files[0].broken("it has no entry of the name '\(name)'\(nearest)", list)
    }
}
