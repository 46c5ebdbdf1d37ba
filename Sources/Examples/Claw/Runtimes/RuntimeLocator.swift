import ClawBase
import ClawDocuments

/// Finds the project of a runtime that was named without one.
struct RuntimeLocator {
    let controlPlane: ControlPlane
    let selection: RuntimeSelection

    struct Place {
        let address: RuntimeAddress
        /// The runtime as it is; nil where there is none yet.
        let runtime: JSON?
    }

    /// The place of a runtime that is there.
    /// - Throws: ``Failure``: not found, or usage where several would do or it belongs to somebody else.
    func existing() async throws -> Place {
        let place = try await locate()
        guard place.runtime != nil else { throw missing(in: "project \(place.address.project)") }
        return place
    }

    /// The place of a runtime that may have to be made.
    func place() async throws -> Place { try await locate() }

    private func locate() async throws -> Place {
        if let project = selection.project { return try await look(in: project) }
        let projects = try await controlPlane.get(try Paths.api("projects"))["items"]?.array ?? []
        let names = projects.map { $0.text("name") }
        let memberships = selection.user.map { user in
            projects.filter { project in
                project["members"]?.array?.contains { $0["user"]?.string == user } ?? false
            }.map { $0.text("name") }
        } ?? names
        if memberships.count == 1, let project = memberships.first { return try await look(in: project) }

        // A runtime may outlive its user's membership, so where there is none every project counts.
        var found: [Place] = []
        for project in memberships.isEmpty ? names : memberships {
            let address = RuntimeAddress(project: project, name: selection.runtimeName)
            guard let runtime = try await controlPlane.find(try address.path()), isMeant(runtime) else { continue }
            found.append(Place(address: address, runtime: runtime))
        }
        if found.count == 1 { return found[0] }
        if found.count > 1 { throw ambiguous("is in", found.map(\.address.project)) }
        if let user = selection.user, memberships.count > 1 {
            throw Failure.usage(
                "the user \(user) is in several projects (\(memberships.joined(separator: ", "))) and has no runtime "
                    + "'\(selection.runtimeName)' in any of them; name one with --project")
        }
        throw missing(in: "any project")
    }

    private func look(in project: String) async throws -> Place {
        let address = RuntimeAddress(project: project, name: selection.runtimeName)
        let runtime = try await controlPlane.find(try address.path())
        if let runtime, !isMeant(runtime) {
            throw Failure.usage(
                "the runtime '\(address.name)' in project \(project) belongs to \(runtime.text("user")), not to "
                    + "\(selection.user ?? ""); name another with --name")
        }
        return Place(address: address, runtime: runtime)
    }

    /// Whether it belongs to the user who was named, if one was.
    private func isMeant(_ runtime: JSON) -> Bool {
        guard let user = selection.user, let owner = runtime["user"]?.string else { return true }
        return owner == user
    }

    private func ambiguous(_ what: String, _ projects: [String]) -> Failure {
        .usage(
            "the runtime '\(selection.runtimeName)' \(what) several projects (\(projects.joined(separator: ", "))); "
                + "name one with --project")
    }

    private func missing(in place: String) -> Failure {
        let owner = selection.user.map { " of user \($0)" } ?? ""
        return .notFound(
            "there is no runtime '\(selection.runtimeName)'\(owner) in \(place); see 'claw runtime list', or make it "
                + "with 'claw runtime start'")
    }
}
