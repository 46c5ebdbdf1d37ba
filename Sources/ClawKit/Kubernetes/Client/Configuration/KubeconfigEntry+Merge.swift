import ClawBase
import ClawDocuments

extension KubeconfigEntry {
    /// Members that hold paths, by the list they stand in.
    private static let paths = [
        "clusters": ("cluster", ["certificate-authority"]),
        "users": ("user", ["client-certificate", "client-key", "tokenFile"]),
    ]

    /// Adds what this file says and the earlier ones do not; unknown members are kept as they are.
    func merge(into merged: inout JSONObject) {
        for (name, value) in object {
            guard ["clusters", "users", "contexts"].contains(name), case .array(let elements) = value else {
                switch merged[name] {
                case nil, .null?, .string("")?: merged[name] = value
                default: continue
                }
                continue
            }
            var known = merged[name]?.array ?? []
            let names = Set(known.compactMap { $0["name"]?.string })
            known += elements.filter { !names.contains($0["name"]?.string ?? "") }.map { withResolvedPaths($0, name) }
            merged[name] = .array(known)
        }
    }

    private func withResolvedPaths(_ element: JSON, _ list: String) -> JSON {
        guard let (member, names) = Self.paths[list], case .object(var object) = element,
            case .object(var inner)? = object[member]
        else { return element }
        for name in names {
            if case .string(let path)? = inner[name], !path.isEmpty { inner[name] = .string(resolved(path)) }
        }
        if case .object(var exec)? = inner["exec"], case .string(let command)? = exec["command"] {
            exec["command"] = .string(command.contains("/") ? resolved(command) : command)
            inner["exec"] = .object(exec)
        }
        object[member] = .object(inner)
        return .object(object)
    }
}
