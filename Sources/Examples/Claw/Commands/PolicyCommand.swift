import ArgumentParser
import ClawDocuments
import ClawKubernetes
import FoundationEssentials

struct PolicyCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "What the platform, tenants, projects and their users may at most do.",
        discussion: """
            A policy is named after whom it binds: platform, tenant.acme, project.shop, user.shop.ada. What holds is what
            all layers allow; a policy that allows more than one above it is refused.
            """,
        subcommands: [Set.self, List.self, Show.self, Effective.self, Delete.self])

    struct Set: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets a policy to the rules of a file.",
            discussion: """
                The file is YAML or JSON:

                  images: {registries: [ghcr.io/acme], digests: Required}
                  containers: {limits: {cpu: "2", memory: 4Gi}}
                  volumes: {size: 20Gi}
                  network: {isolation: isolated, egress: platform}
                  security: restricted
                  models: {names: ["gpt-*"], budgets: [{window: month, cost: "50"}]}
                  tools: [{name: "*", verdict: ask}, {name: shell, verdict: deny}]
                  lifetime: {runningSeconds: 28800}
                  placement: {clusters: [eu-1], regions: ["eu-*"]}
                """)
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Whom it binds: platform, tenant.acme, project.shop, user.shop.ada.") var name: String
        @Option(name: .shortAndLong, help: "The file with the rules.") var file: String

        func run(in session: Session) async throws {
            guard let data = try? Data(contentsOf: URL(filePath: file)),
                let text = String(validating: data, as: UTF8.self)
            else { throw Failure.usage("\(file) cannot be read as text; name a file of YAML or JSON") }
            let documents = try Manifest.parse(text, source: file)
            guard documents.count == 1, documents[0].object != nil else {
                throw Failure.usage("\(file) is to hold one document that is a map of rules")
            }
            let policy = try await session.controlPlane.put(try Paths.api("policies", name), ["rules": documents[0]])
            session.show(policy, text: "policy \(name) set")
        }
    }

    struct List: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the policies of all layers.")
        @OptionGroup var connection: ConnectionOptions

        func run(in session: Session) async throws {
            let policies = try await session.controlPlane.get(try Paths.api("policies"))
            session.showList(policies, ["NAME", "ACCEPTED", "RULES"]) { policy in
                [policy.text("name"), policy.text("accepted"), policy.text("rules")]
            }
        }
    }

    struct Show: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a policy.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Whom it binds.") var name: String

        func run(in session: Session) async throws {
            session.showDetails(try await session.controlPlane.get(try Paths.api("policies", name)))
        }
    }

    struct Effective: ControlPlaneCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what holds in a project, and which layers say so.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "The project.") var project: String
        @Option(help: "For this member of it.") var user: String?

        func run(in session: Session) async throws {
            let path = try Paths.api("projects", project, "policy") + Paths.query(["user": user])
            let answer = try await session.controlPlane.get(path)
            let sources = answer["sources"]?.array ?? []
            let rows = sources.map { source in
                let rule = source.text("rule")
                var value: JSON? = answer["rules"]
                for part in rule.split(separator: ".") { value = value?[String(part)] }
                return [rule, value.map(Details.short) ?? "", source.text("layer")]
            }
            session.show(
                answer,
                text: rows.isEmpty
                    ? "nothing is restricted" : Table(header: ["RULE", "ALLOWS", "SAYS"], rows).text)
        }
    }

    struct Delete: ControlPlaneCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a policy: the layers above hold alone.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "Whom it binds.") var name: String

        func run(in session: Session) async throws {
            let answer = try await session.controlPlane.delete(try Paths.api("policies", name))
            session.showDeleted("policy", name, answer)
        }
    }
}
