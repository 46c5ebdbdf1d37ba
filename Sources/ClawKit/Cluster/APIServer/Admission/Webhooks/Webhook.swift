import ClawDocuments
import ClawModels
import ClawSchemas

/// One webhook of a configuration, of either kind.
struct Webhook: Sendable {
    let configuration: String
    private let document: Field
    private let match: ResourceMatch
    private let conditions: MatchConditions

    private init(_ configuration: JSONObject, _ document: Field) {
        (self.configuration, self.document) = (configuration.objectName, document)
        match = ResourceMatch(document)
        conditions = MatchConditions(
            document["matchConditions"], ignoresFailures: document["failurePolicy"].string == "Ignore")
    }

    /// The webhooks of a configuration, as written.
    static func all(of configuration: JSONObject) -> [Webhook] {
        Field(configuration)["webhooks"].items.map { Webhook(configuration, $0) }
    }

    var name: String { document["name"].string }
    /// Distinguishes it from all others of its kind.
    var identity: String { "\(configuration)/\(name)" }
    var client: Field { document["clientConfig"] }
    /// Seconds.
    var timeout: Int64 { document["timeoutSeconds"].integer ?? 10 }
    var ignoresFailures: Bool { document["failurePolicy"].string == "Ignore" }
    var isReinvoked: Bool { document["reinvocationPolicy"].string == "IfNeeded" }
    var toleratesDryRun: Bool { ["None", "NoneOnDryRun"].contains(document["sideEffects"].string) }

    /// The version of the resource the webhook wants to see; nil where it is not to be asked.
    /// - Throws: ``APIStatus`` where its conditions cannot be evaluated, and it must not be passed over.
    func version(for input: PolicyInput, _ registry: ResourceRegistry) throws -> ResourceType? {
        guard let type = match.version(for: input, registry) else { return nil }
        if conditions.isEmpty { return type }
        switch conditions.match(input.bindings()) {
        case .success(let holds): return holds ? type : nil
        case .failure(let problem):
            throw input.request.forbidden(input.object ?? input.request.old ?? [:], "\(problem)")
        }
    }
}
