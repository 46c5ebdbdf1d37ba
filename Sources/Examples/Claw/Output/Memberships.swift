import ClawDocuments

/// Who belongs where, in short: `ada (owner), bob (viewer)`.
struct Memberships {
    let text: String

    /// Reads an array of names or of objects that have a `user`, `project` or `name`, and possibly a `role`.
    init(_ list: JSON?) {
        text = (list?.array ?? []).map { element in
            if let name = element.string { return name }
            let name = element["user"]?.string ?? element["project"]?.string ?? element.text("name")
            return element["role"]?.string.map { "\(name) (\($0))" } ?? name
        }.joined(separator: ", ")
    }
}

extension Session {
    /// A deletion: the control plane's answer where it has one, else what was deleted.
    func showDeleted(_ kind: String, _ name: String, _ answer: JSON) {
        show(answer.isNull ? ["name": .string(name), "deleted": true] : answer, text: "\(kind) \(name) deleted")
    }
}
