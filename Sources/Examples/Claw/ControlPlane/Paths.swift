import ClawBase

/// Paths of the API, percent-encoded.
enum Paths {
    static func api(_ segments: String...) throws(Failure) -> String { "/api/v1" + (try join(segments)) }

    /// A runtime as the platform's proxy serves it.
    static func proxy(_ address: RuntimeAddress, _ rest: String) throws(Failure) -> String {
        "/r" + (try join([address.project, address.name, rest]))
    }

    /// What follows a path: those that have a value, in the order of their names; empty where none has.
    static func query(_ values: [String: String?]) -> String {
        let parts = values.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\(name)=\(Percent.encode($0))" }
        }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    private static func join(_ segments: [String]) throws(Failure) -> String {
        var path = ""
        for segment in segments {
            // These would name another resource: the list, or the parent.
            guard !["", ".", ".."].contains(segment) else {
                throw .usage("'\(segment)' is no name; names are letters a-z, digits and '-'")
            }
            path += "/" + Percent.encode(segment)
        }
        return path
    }
}
