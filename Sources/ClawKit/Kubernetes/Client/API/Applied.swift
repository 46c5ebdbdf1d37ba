import ClawBase

/// What an apply came to.
public struct Applied<R: Resource>: Sendable {
    /// As it is now.
    public let object: R
    public let change: Change

    public enum Change: Sendable, Hashable {
        case created
        /// Which fields differ from before, as paths: `spec.template.spec.containers[0].image`.
        case changed(fields: [String])
        case unchanged
    }
}

extension KubernetesAPI {
    /// Server-side apply that says what it changed, at the price of reading the object before.
    ///
    /// Bookkeeping (`resourceVersion`, `generation`, `managedFields`) and, unless applied to, the status do not count.
    /// Changes that others make between the two calls do. Behind ``dryRun`` it says what would change.
    /// - Throws: as ``apply(_:manager:force:subresource:)``.
    public func applyReportingChanges<R: Resource>(
        _ object: R, manager: String? = nil, force: Bool = false, subresource: String? = nil
    ) async throws -> Applied<R> {
        let before = try await find(R.self, of: object.resourceType, object.name, in: object.namespace)
        let after = try await apply(object, manager: manager, force: force, subresource: subresource)
        guard let before, before.uid == after.uid else { return Applied(object: after, change: .created) }
        let fields = DocumentDifference.fields(
            before.document.comparable(withStatus: subresource == "status"),
            after.document.comparable(withStatus: subresource == "status"))
        return Applied(object: after, change: fields.isEmpty ? .unchanged : .changed(fields: fields))
    }
}

extension JSONObject {
    fileprivate func comparable(withStatus: Bool) -> JSONObject {
        var document = self
        if !withStatus { document[.status] = nil }
        document.modify(.metadata) { metadata in
            for name in ["resourceVersion", "generation", "managedFields"] { metadata?[name] = nil }
        }
        return document
    }
}

/// Where two documents differ.
enum DocumentDifference {
    /// The paths, deepest possible, in the order of the second document, then what only the first has.
    static func fields(_ a: JSONObject, _ b: JSONObject) -> [String] {
        var paths: [String] = []
        compare(.object(a), .object(b), "", &paths)
        return paths
    }

    private static func compare(_ a: JSON, _ b: JSON, _ path: String, _ paths: inout [String]) {
        switch (a, b) {
        case (.object(let old), .object(let new)):
            for (name, value) in new {
                let place = path.isEmpty ? name : "\(path).\(name)"
                if let before = old[name] { compare(before, value, place, &paths) } else { paths.append(place) }
            }
            for (name, _) in old where new[name] == nil { paths.append(path.isEmpty ? name : "\(path).\(name)") }
        case (.array(let old), .array(let new)) where old.count == new.count:
            for index in new.indices { compare(old[index], new[index], "\(path)[\(index)]", &paths) }
        default: if a != b { paths.append(path) }
        }
    }
}
