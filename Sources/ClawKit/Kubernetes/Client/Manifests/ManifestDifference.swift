/// How an object on the server differs from what applying its manifest would make of it.
public struct ManifestDifference: Sendable {
    public let object: ManifestReference
    /// Where it stands in the manifest.
    public let source: String
    /// `created`, `changed`, `unchanged` or `refused`.
    public let outcome: ManifestResult.Outcome
    /// As people want to see it: without bookkeeping, a Secret's values hidden. nil where there is none.
    public let before: JSONObject?
    public let after: JSONObject?

    /// As `diff -u` of the two as YAML; empty where nothing changes.
    public var text: String {
        if case .refused(let finding) = outcome { return "\(object) refused: \(finding.message)\n" }
        let place = [object.namespace, "\(object)"].compactMap { $0 }.joined(separator: "/")
        return UnifiedDiff.text(before.map(YAMLText.lines) ?? [], after.map(YAMLText.lines) ?? [], name: place)
    }
}

extension ManifestApplier {
    /// What ``apply(_:)`` would change, as the server sees it. Nothing is written.
    /// - Throws: as ``apply(_:)``.
    public func diff(_ objects: [ManifestObject]) async throws -> [ManifestDifference] {
        var options = options
        options.dryRun = true
        let dry = ManifestApplier(self, options: options)
        var before: [ManifestReference: JSONObject] = [:]
        let plan = try await plan.resolve(objects)
        for case .success(let item) in plan {
            let reference = item.reference
            before[reference] = try await existing(item)
        }
        return try await dry.apply(plan).map { result in
            let old = before[result.object]
            let (shownBefore, shownAfter) = Self.shown(old, result.live?.document)
            return ManifestDifference(
                object: result.object, source: result.source, outcome: result.outcome, before: shownBefore,
                after: shownAfter)
        }
    }

    private init(_ other: ManifestApplier, options: Options) {
        self.init(api: other.api, mapper: other.mapper, options: options, time: other.time)
    }

    private init(api: any KubernetesAPI, mapper: RESTMapper, options: Options, time: any TimeSource) {
        (self.api, self.mapper, self.options, self.time) = (api, mapper, options, time)
    }

    /// Refusals to read become refusals to apply, which say the same.
    private func existing(_ item: PlannedObject) async throws -> JSONObject? {
        do {
            return try await api.find(
                DynamicObject.self, of: item.type, item.object.name, in: item.reference.namespace)?.document
        } catch is KubernetesError {
            return nil
        }
    }

    private static func shown(_ before: JSONObject?, _ after: JSONObject?) -> (JSONObject?, JSONObject?) {
        var (before, after) = (before?.withoutBookkeeping, after?.withoutBookkeeping)
        guard (after ?? before)?.string(.kind) == "Secret", (after ?? before)?.string(.apiVersion) == "v1" else {
            return (before, after)
        }
        for key in ["data", "stringData"] as [FieldKey] {
            let (old, new) = (before?[key]?.object, after?[key]?.object)
            before?.hide(key, old, changedFrom: new, "*** (before)")
            after?.hide(key, new, changedFrom: old, "*** (after)")
        }
        return (before, after)
    }
}

extension JSONObject {
    fileprivate var withoutBookkeeping: JSONObject {
        var document = self
        document.modify(.metadata) { metadata in
            guard var object = metadata?.object else { return }
            for name in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"] {
                object[name] = nil
            }
            // kubectl's copy of what was applied repeats everything, secrets too.
            object.modify("annotations") { $0?["kubectl.kubernetes.io/last-applied-configuration"] = nil }
            metadata = .object(object)
        }
        return document
    }

    fileprivate mutating func hide(
        _ key: FieldKey, _ values: JSONObject?, changedFrom others: JSONObject?, _ mark: String
    ) {
        guard let values else { return }
        self[key] = .object(
            JSONObject(values.map { ($0.name, .string(others?[$0.name] == $0.value ? "***" : mark)) }))
    }
}
