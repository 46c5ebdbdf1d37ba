public import ClawBase
public import ClawDocuments
public import ClawResources

/// What the rules mean for what is asked for. Each finding (`E_POLICY`) names the rule and the layers that state it.
extension LayeredPolicy {
    public func findings(image: String, field: String) -> [Finding] {
        var findings: [Finding] = []
        let name = ImageName.qualified(image)
        if case .names(let registries) = effective[.registries],
            !registries.patterns.contains(where: { ImageName.isImage(name, of: $0) })
        {
            let known = registries.patterns.joined(separator: ", ")
            findings.append(
                refusal(
                    .registries,
                    "The image '\(image)' is from none of the registries allowed: \(known.isEmpty ? "none is" : known)",
                    field: field))
        }
        if case .upTo(0, _) = effective[.digests], !ImageName.hasDigest(image) {
            findings.append(
                refusal(.digests, "The image '\(image)' must be named by its digest, as name@sha256:…", field: field))
        }
        return findings
    }

    public func findings(volumeSize: Quantity, field: String) -> [Finding] {
        guard case .most(let limit) = effective[.volumeSize], volumeSize.exceeds(limit) else { return [] }
        return [refusal(.volumeSize, "A volume of \(volumeSize) is larger than the \(limit) allowed", field: field)]
    }

    public func findings(model: String, field: String) -> [Finding] {
        guard !allows(model: model) else { return [] }
        return [refusal(.models, "The model '\(model)' is not allowed", field: field)]
    }

    public func allows(model: String) -> Bool {
        guard case .names(let names) = effective[.models] else { return true }
        return names.contains(model)
    }

    /// Whether the models are restricted at all.
    public var restrictsModels: Bool { effective[.models] != nil }

    /// - Parameters:
    ///   - cluster: nil where it has no name: then no policy that names clusters allows it.
    ///   - region: likewise.
    public func findings(cluster: String?, region: String?) -> [Finding] {
        var findings: [Finding] = []
        for (rule, name, what) in [(LayerRule.clusters, cluster, "cluster"), (.regions, region, "region")] {
            guard case .names(let allowed) = effective[rule], !(name.map(allowed.contains) ?? false) else { continue }
            let known = allowed.patterns.joined(separator: ", ")
            let its = name.map { "The \(what) '\($0)'" } ?? "A cluster without a name for its \(what)"
            findings.append(refusal(rule, "\(its) is not among those allowed: \(known.isEmpty ? "none is" : known)"))
        }
        return findings
    }

    /// What happens when an agent wants to use a tool; nil where nothing is said of it.
    public func verdict(onTool name: String) -> PolicyTool.Verdict? {
        guard case .tools(let tools) = effective[.tools] else { return nil }
        return tools.verdict(on: name)
    }

    /// The tools that something is said of.
    public var tools: [PolicyTool] { rules["tools"] }

    /// How long a runtime runs before it is put to sleep.
    public var runningTime: Duration? {
        guard case .number(let seconds) = effective[.runningSeconds] else { return nil }
        return .seconds(seconds)
    }

    /// The highest limits of a container.
    public var containerLimits: [String: Quantity] {
        guard case .ceilings(let limits) = effective[.containerLimits] else { return [:] }
        return limits
    }

    // MARK: what a project says of itself

    /// What a project asks for beyond what is allowed.
    public func findings(project: ProjectSpec) -> [Finding] {
        var findings: [Finding] = []
        func check(_ rule: LayerRule, _ word: String, _ field: String) {
            guard case .upTo(let most, let words) = effective[rule], let rank = words.firstIndex(of: word), rank > most
            else { return }
            let allowed = words[...most].joined(separator: " or ")
            findings.append(refusal(rule, "'\(word)' is more than is allowed here; say \(allowed)", field: field))
        }
        check(.security, project.security.rawValue, "security")
        check(.isolation, project.network.isolation.rawValue, "network.isolation")
        check(.egress, project.network.egress.rawValue, "network.egress")
        return findings
    }

    /// A project as it may be: what goes too far is taken back to what is allowed.
    func narrowed(_ project: ProjectSpec) -> ProjectSpec {
        var project = project
        func word(_ rule: LayerRule, _ word: String) -> String {
            guard case .upTo(let most, let words) = effective[rule], let rank = words.firstIndex(of: word) else {
                return word
            }
            return words[min(rank, most)]
        }
        project.security = PodSecurity(rawValue: word(.security, project.security.rawValue)) ?? .restricted
        let network = project.network
        project.network = ProjectNetwork(
            isolation: .init(rawValue: word(.isolation, network.isolation.rawValue)) ?? .isolated,
            egress: .init(rawValue: word(.egress, network.egress.rawValue)) ?? .platform,
            ingressFrom: network.ingressFrom)
        return project
    }
}
