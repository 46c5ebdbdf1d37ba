import ClawDocuments

extension Property {
    /// `conditions`, as Kubernetes' own kinds have them: a list told apart by `type`. Only type and status are required.
    /// <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md>
    public static let conditions = Property(
        "conditions",
        .list(
            of: .object([
                Property("type", String.self, "What is told of the object."),
                Property("status", .oneOf(["True", "False", "Unknown"]), mayBeAbsent: false),
                Property("reason", String?.self, "Why, in one word for programs."),
                Property("message", String?.self, "Why, for people."),
                Property("lastTransitionTime", .time, mayBeAbsent: true, description: "When the status last changed."),
                Property("observedGeneration", Int?.self, "The generation that this was found of."),
            ])), mayBeAbsent: true, description: "What is known of the object.", [.map(keys: "type")])
}
