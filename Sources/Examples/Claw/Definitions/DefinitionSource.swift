import ClawBase
import ClawDocuments
import ClawKubernetes

/// Where definitions named on the command line come from.
struct DefinitionSource {
    private let options: ClusterOptions
    private let surroundings: Surroundings

    init(_ options: ClusterOptions, _ surroundings: Surroundings) {
        (self.options, self.surroundings) = (options, surroundings)
    }

    /// - Parameter text: a file, or a definition's name in the cluster, which has neither '/' nor such an ending.
    func definitions(_ text: String) async throws -> [CustomResourceDefinition] {
        guard Self.isFile(text) else {
            guard let found = try await find(text) else {
                throw Failure.notFound("the cluster has no definition '\(text)'; a file has a '/' or ends in .yaml")
            }
            return [found]
        }
        let found = try Manifest.objects(at: [text]).map(\.object.document).filter {
            $0.string("kind") == "CustomResourceDefinition"
        }
        guard !found.isEmpty else { throw Failure.notFound("\(text) has no CustomResourceDefinition") }
        return found.map(CustomResourceDefinition.init(document:))
    }

    /// The cluster's definitions of the same names; those it does not have are left out.
    func live(of definitions: [CustomResourceDefinition]) async throws -> [CustomResourceDefinition] {
        var live: [CustomResourceDefinition] = []
        for definition in definitions { if let found = try await find(definition.name) { live.append(found) } }
        return live
    }

    private static func isFile(_ text: String) -> Bool {
        text.contains("/") || [".yaml", ".yml", ".json"].contains { text.hasSuffix($0) }
    }

    private func find(_ name: String) async throws -> CustomResourceDefinition? {
        do {
            return try await surroundings.kubernetes(options.kubeconfig, options.context)
                .find(CustomResourceDefinition.self, name)
        } catch let error as KubernetesError {
            throw Failure(.failed, .badAnswer, error.message)
        } catch let error as TransportError {
            throw Failure(
                .unreachable, .unreachable, "the cluster cannot be reached: \(error.message); see --kubeconfig")
        }
    }
}
