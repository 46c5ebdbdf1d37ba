import ClawBase
import ClawDocuments

/// One turn of a conversation.
struct Message: Sendable, Hashable {
    enum Role: String, Sendable { case user, assistant }

    var role: Role
    var content: String
    var at: Timestamp

    var json: JSON { ["role": .string(role.rawValue), "content": .string(content), "at": .string(at.description)] }

    init(_ role: Role, _ content: String, at: Timestamp) { (self.role, self.content, self.at) = (role, content, at) }

    /// Nil where the value is no kept message.
    init?(json: JSON) {
        guard let role = json["role"]?.string.flatMap(Role.init), let content = json["content"]?.string,
            let at = json["at"]?.string.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(role, content, at: at)
    }
}
