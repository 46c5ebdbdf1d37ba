import HTTPTypes

/// The calls of discovery: aggregated where the server has it, one call per version of a group elsewhere.
struct DiscoveryRequests {
    let api: any KubernetesAPI

    /// KEP-3352: a server that does not know the form answers with the plain one.
    private static let accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

    /// How many versions are asked for at a time.
    private static let width = 8

    func all() async throws -> DiscoveredResources {
        async let core = groups(at: "/api")
        async let named = groups(at: "/apis")
        let answers = [try await core, try await named]
        // Servers that only extend another have no /api; users may be forbidden one of the two.
        if answers.allSatisfy({ $0.isRefused }), case .refused(let error) = answers[0] { throw error }
        let groups = try await complete(answers.flatMap(\.groups))
        let versions = groups.flatMap(\.versions)
        if !versions.isEmpty, versions.allSatisfy({ $0.finding != nil && $0.resources.isEmpty }) {
            throw versions.compactMap(\.finding)[0]
        }
        return DiscoveredResources(groups: groups)
    }

    private enum Answer: Sendable {
        case groups([DiscoveryDocument.Group])
        case refused(KubernetesError)

        var groups: [DiscoveryDocument.Group] { if case .groups(let groups) = self { groups } else { [] } }
        var isRefused: Bool { if case .refused = self { true } else { false } }
    }

    private func groups(at path: String) async throws -> Answer {
        do {
            return .groups(DiscoveryDocument.groups(try await document(path)))
        } catch let error as KubernetesError where [403, 404].contains(error.code) {
            return .refused(error)
        }
    }

    private func document(_ path: String) async throws -> JSONObject {
        do {
            return try await api.document(for: APIRequest(.get, path, accept: Self.accept))
        } catch let error as KubernetesError where error.code == 406 {
            return try await api.document(for: APIRequest(.get, path))
        }
    }

    /// Asks for the versions whose resources were not in the first answer.
    private func complete(_ groups: [DiscoveryDocument.Group]) async throws -> [DiscoveredGroup] {
        var groups = groups.map { ($0.name, $0.versions) }
        var open = groups.indices.flatMap { group in
            groups[group].1.indices.filter { groups[group].1[$0].resources == nil }.map { (group, $0) }
        }[...]
        try await withThrowingTaskGroup(of: (Int, Int, DiscoveredVersion).self) { tasks in
            func askNext() {
                guard let (group, version) = open.popFirst() else { return }
                let (name, known) = (groups[group].0, groups[group].1[version])
                tasks.addTask { (group, version, try await self.version(known.version, of: name)) }
            }
            for _ in 0..<Self.width { askNext() }
            while let (group, version, found) = try await tasks.next() {
                groups[group].1[version].resources = found.resources
                groups[group].1[version].finding = found.finding
                askNext()
            }
        }
        return groups.map { name, versions in
            DiscoveredGroup(
                name: name,
                versions: versions.map {
                    DiscoveredVersion(version: $0.version, resources: $0.resources ?? [], finding: $0.finding)
                })
        }
    }

    private func version(_ version: String, of group: String) async throws -> DiscoveredVersion {
        let path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        do {
            let list = try await api.document(for: APIRequest(.get, path))
            return DiscoveredVersion(
                version: version, resources: DiscoveryDocument.resources(list, group: group, version: version))
        } catch {
            try Task.checkCancellation()
            let place = group.isEmpty ? version : "\(group)/\(version)"
            return DiscoveredVersion(version: version, finding: .undiscovered(place, "\(error)"))
        }
    }
}

extension Finding {
    static func undiscovered(_ place: String, _ why: String) -> Finding {
        Finding(
            .discovery, "The resources of \(place) could not be discovered; look after the server behind it: \(why)",
            field: place)
    }
}
