import ClawControl
import ClawKubernetes
import ClawResources

/// What holds for runtimes of a project and a user besides their own specs: settings, policy, templates, environment.
struct RuntimeSurroundings: Sendable {
    let policies: PolicyBook
    let templates: TemplateBook
    let layers: EnvironmentBook
    /// The platform's settings; nil while they are not known yet.
    let settings: @Sendable () -> RuntimeContext?

    init(_ caches: SharedCaches, settings: @escaping @Sendable () -> RuntimeContext?) {
        (policies, templates, layers) = (PolicyBook(caches), TemplateBook(caches), EnvironmentBook(caches))
        self.settings = settings
    }

    func context(project: String, user: String) -> RuntimeContext? {
        guard var context = settings() else { return nil }
        context.serviceAccount = policies.hasProject(project) ? ProjectObjects.name : nil
        context.policy = policies.policy(project: project, user: user)
        context.routers = policies.routers(of: project)
        context.offered = templates.offered(in: project)
        context.layers = layers.statements(project: project, user: user)
        return context
    }
}
