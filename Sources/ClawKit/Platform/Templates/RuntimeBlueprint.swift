import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
public import ClawResources

/// A template as runtimes are rendered from it, whoever declared it.
public struct RuntimeBlueprint: Sendable, Hashable {
    public var name: String
    public var spec: RuntimeTemplateSpec
    /// Where its ``RuntimeTemplate`` stands; nil for one of `claw.yaml`, and for a runtime's own command.
    public var namespace: String?

    init(_ template: RuntimeTemplate) {
        (name, spec, namespace) = (template.name, template.spec, template.namespace ?? "")
    }

    init(_ template: ClawConfiguration.Template) {
        name = template.name
        spec = RuntimeTemplateSpec(command: template.command)
        spec.port = template.port
    }

    /// What a runtime that has a command of its own needs no template for.
    static func custom(_ command: [String]) -> RuntimeBlueprint {
        RuntimeBlueprint(ClawConfiguration.Template(name: "custom", command: command))
    }

    /// What its containers are made of.
    var image: String {
        let image = spec.program.shape(spec, resources: [:]).image
        return image.isEmpty ? "clawkit.dev/\(name)" : image
    }

    /// What is wrong with it, whoever wants to run it.
    func findings(_ context: RuntimeContext) -> [Finding] {
        var findings = spec.program.findings(spec) + hoursFindings
        for model in spec.models where !context.models.contains(model) {
            findings.append(
                Finding(
                    .unknownModel, "The template '\(name)' names the model '\(model)', which is not there.",
                    field: "spec.models"))
        }
        if let content = spec.contents.first, context.contentImage == nil {
            findings.append(
                Finding(
                    .contentUndeliverable,
                    "The content '\(content.name)' cannot be brought here: the platform has no image that fetches; set "
                        + "server.contentImage.", field: "spec.contents[\(content.name)]"))
        }
        return findings
    }

    /// Sleeping hours that nobody can read.
    var hoursFindings: [Finding] {
        do throws(Finding) {
            _ = try spec.idle.map { idle throws(Finding) in try SleepingHours(idle) }
            return []
        } catch {
            return [error]
        }
    }

    /// What it says of the environment; nothing where it is no ``RuntimeTemplate``.
    var statement: EnvironmentStatement? {
        namespace.map { namespace in
            var statement = EnvironmentStatement(
                EnvironmentOrigin(.template, "RuntimeTemplate \(namespace)/\(name)"), in: namespace,
                variables: spec.variables, locked: spec.locked, rotation: spec.rotation, refreshSeconds: nil)
            statement.reload = spec.reload
            return statement
        }
    }
}

extension RuntimeContext {
    /// A project's own first, then the platform's, then those of `claw.yaml`; without a name the one called `default`, else
    /// the first of `claw.yaml`.
    func template(named name: String?) -> RuntimeBlueprint? {
        let wanted = name ?? "default"
        if let own = offered.first(where: { $0.name == wanted && $0.namespace != PlatformSettings.namespace })
            ?? offered.first(where: { $0.name == wanted })
        {
            return RuntimeBlueprint(own)
        }
        if let configured = templates.first(where: { $0.name == wanted }) { return RuntimeBlueprint(configured) }
        return name == nil ? templates.first.map { RuntimeBlueprint($0) } : nil
    }

    /// What templates there are.
    var templateNames: [String] { Set(templates.map(\.name) + offered.map(\.name)).sorted() }
}

/// The templates of the cluster, by whom they are for.
struct TemplateBook: Sendable {
    private let templates: ObjectCache<RuntimeTemplate>
    private let byNamespace: ObjectIndex<RuntimeTemplate, String>

    init(_ caches: SharedCaches) {
        templates = caches.cache(RuntimeTemplate.self)
        byNamespace = templates.index { [$0.namespace ?? ""] }
    }

    /// A project's own, and the platform's.
    func offered(in project: String) -> [RuntimeTemplate] {
        (byNamespace[project] + (project == PlatformSettings.namespace ? [] : byNamespace[PlatformSettings.namespace]))
            .filter { !$0.isBeingDeleted }
    }

    /// Whether runtimes of a project may be made of it.
    static func isOffered(_ template: RuntimeTemplate, in project: String) -> Bool {
        template.namespace == project || template.namespace == PlatformSettings.namespace
    }
}

extension KubernetesAPI {
    /// The templates that runtimes of a project may be made of, as they are now.
    func offeredTemplates(in project: String) async throws -> [RuntimeTemplate] {
        try await list(RuntimeTemplate.self, in: project).items
            + list(RuntimeTemplate.self, in: PlatformSettings.namespace).items
    }
}
