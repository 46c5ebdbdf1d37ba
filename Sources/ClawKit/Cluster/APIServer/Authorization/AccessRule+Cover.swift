/// Whether some rules grant all that others grant, and what they lack.
extension AccessRule {
    /// The parts of `wanted` that no rule of `held` grants; empty: all is covered.
    static func missing(from held: [AccessRule], toGrant wanted: [AccessRule]) -> [AccessRule] {
        wanted.flatMap(\.parts).filter { part in !held.contains { $0.covers(part) } }
    }

    /// The rule taken apart: one group, resource, verb and name each.
    private var parts: [AccessRule] {
        var parts: [AccessRule] = []
        for group in groups {
            for resource in resources {
                for verb in verbs {
                    if names.isEmpty {
                        parts.append(AccessRule(groups: [group], resources: [resource], verbs: [verb]))
                    } else {
                        parts += names.map {
                            AccessRule(groups: [group], resources: [resource], names: [$0], verbs: [verb])
                        }
                    }
                }
            }
        }
        for path in paths { parts += verbs.map { AccessRule(paths: [path], verbs: [$0]) } }
        return parts
    }

    /// Whether this rule alone grants a part.
    private func covers(_ part: AccessRule) -> Bool {
        func has(_ own: [String], _ others: [String]) -> Bool { own.contains("*") || others.allSatisfy(own.contains) }
        guard has(verbs, part.verbs), has(groups, part.groups) else { return false }
        guard names.isEmpty || (!part.names.isEmpty && part.names.allSatisfy(names.contains)) else { return false }
        let coversResources =
            resources.contains("*")
            || part.resources.allSatisfy { resource in
                if resources.contains(resource) { return true }
                guard let slash = resource.firstIndex(of: "/") else { return false }
                return resources.contains("*\(resource[slash...])")
            }
        guard coversResources else { return false }
        return part.paths.allSatisfy { path in
            paths.contains { $0 == path || ($0.hasSuffix("*") && path.hasPrefix($0.dropLast())) }
        }
    }

    /// Parts for people: those that differ in the verb only are one line, and lines are sorted.
    static func describe(_ parts: [AccessRule]) -> String {
        var compact: [AccessRule] = []
        var places: [AccessRule: Int] = [:]
        for part in parts {
            var key = part
            key.verbs = []
            if part.paths.isEmpty, let place = places[key] {
                compact[place].verbs += part.verbs.filter { !compact[place].verbs.contains($0) }
            } else {
                if part.paths.isEmpty { places[key] = compact.count }
                compact.append(part)
            }
        }
        return Set(compact.map(\.text)).sorted().joined(separator: "\n")
    }

    private var text: String {
        let lists = [
            ("APIGroups", groups), ("Resources", resources), ("NonResourceURLs", paths), ("ResourceNames", names),
            ("Verbs", verbs),
        ]
        return "{" + lists.filter { !$0.1.isEmpty }.map { "\($0.0):\(quoted($0.1))" }.joined(separator: ", ") + "}"
    }
}

/// A list of strings as Go prints it: `["a" "b"]`.
func quoted(_ list: [String]) -> String { "[" + list.map { "\"\($0)\"" }.joined(separator: " ") + "]" }
