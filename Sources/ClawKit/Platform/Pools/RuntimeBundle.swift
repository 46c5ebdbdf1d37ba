import ClawBase
import ClawDocuments
import ClawModels

/// What a program that was there before its user gets of that user's: its environment, secrets and model key among it.
///
/// It stands in the runtime's Secret, as ``key``, and is served to the pod that shows the token of its service account:
/// the names are the contract with programs, Docs/pools.md.
enum RuntimeBundle {
    /// Where the program finds out where to ask.
    static let urlVariable = "CLAW_BUNDLE_URL"
    /// The file with the token that it asks with.
    static let tokenVariable = "CLAW_BUNDLE_TOKEN_FILE"
    /// Whom that token is for.
    static let audience = "clawkit.dev/bundle"
    static let path = "/api/v1/runtime-bundle"
    /// The member of the runtime's Secret.
    static let key = "clawkit-bundle"

    /// `{"project", "runtime", "user", "cell", "environment": {NAME: value}, "revision"?, "files"?: {NAME: text}}`
    /// - Parameter identity: the data of the runtime's Secret, with its keys.
    static func text(
        of cell: RuntimeCell, _ values: [String: Secret<String>], identity: [String: String]
    ) -> Secret<String> {
        var secrets = values.mapValues { $0.reveal() }
        for key in [RuntimeCell.modelKey, RuntimeCell.gatewayToken] {
            secrets[key] = identity[key].flatMap { Base64.decode($0) }.map { String(decoding: $0, as: UTF8.self) }
        }
        var environment = JSONObject()
        // Its values follow by the bundle itself.
        for variable in cell.settings.variables where variable.name != RuntimeCell.environmentFiles {
            if let value = variable.value {
                environment[FieldKey(variable.name)] = .string(value)
            } else if let key = variable.valueFrom?.secretKeyRef?.key, let value = secrets[key] {
                environment[FieldKey(variable.name)] = .string(value)
            }
        }
        var bundle: JSONObject = [
            "project": .string(cell.project), "runtime": .string(cell.name), "user": .string(cell.user),
            "cell": .string(cell.hash), "environment": .object(environment),
        ]
        if cell.reloads { bundle.set("revision", (try? cell.delivery.get())?.digest) }
        if !cell.settings.files.isEmpty {
            let files = cell.settings.files.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
            bundle["files"] = .object(JSONObject(files))
        }
        return Secret(JSON.object(bundle).description)
    }
}
