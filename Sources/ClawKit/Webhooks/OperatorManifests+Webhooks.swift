import ClawBase
import ClawDocuments
public import ClawKubernetes
import ClawModels

extension OperatorManifests {
    /// Brings along what webhooks need: the service in front of them, what makes the API server ask them, and the right
    /// to keep their certificates and to enter the authority, which the server does itself when it starts. Until then
    /// the API server trusts nobody, and refuses what it would have to ask about.
    ///
    /// Conversions stand in the definitions: call ``define(_:)`` for those kinds first.
    /// - Parameter port: where the program listens.
    /// - Throws: where the server is reached at a service elsewhere, or a definition to convert is not brought along.
    public mutating func serve(_ server: WebhookServer, port: Int) throws(Finding) {
        if let service = server.address.service {
            guard service.namespace == namespace else {
                throw Finding(
                    .badConfig,
                    "The webhooks are called in the namespace '\(service.namespace)', and the operator runs in "
                        + "'\(namespace)'; say the same in both places.", field: "namespace")
            }
            expose(service: server.address.name, port: service.port, target: port)
        }
        let secret = server.certificates.secret
        permissions.append(
            Permission(["get", "update"], KubernetesSecret.type, names: [secret.name], in: secret.namespace))
        permissions.append(Permission(["create"], KubernetesSecret.type, in: secret.namespace))
        for webhook in server.webhooks {
            let client = WebhookClient(config: server.address.config(webhook.path, nil), name: server.address.name)
            switch webhook.registration(client) {
            case .configuration(let object):
                add(object)
                permissions.append(Permission(["patch"], object.resourceType, names: [object.name]))
            case .conversion(let name, let conversion):
                guard var definition = definitions.first(where: { $0.name == name }) else {
                    throw Finding(
                        .badConfig, "The definition '\(name)' has a conversion and is not brought along; "
                            + "call 'define' with it before 'serve'.", field: "definitions")
                }
                definition.document.modify(.spec) { $0?["conversion"] = conversion }
                define(definition)
            }
        }
    }
}
