/// Applies manifests by server-side apply, as `kubectl apply --server-side` does.
///
///     let applier = ManifestApplier(client)
///     for result in try await applier.apply(Manifest.objects(at: ["deploy/"])) { print(result) }
///
/// Objects go in the order of their kinds: namespaces, definitions, what others need, workloads, the rest. A
/// definition's own objects wait until the server serves them. Each object has a result of its own; one refused object
/// does not keep the others back.
public struct ManifestApplier: Sendable {
    public struct Options: Sendable {
        /// Who owns the applied fields.
        public var fieldManager = "clawkit"
        /// For namespaced objects that name none.
        public var namespace = "default"
        /// Takes fields from other managers.
        public var force = false
        /// nil leaves it to the server.
        public var fieldValidation: FieldValidation? = .strict
        /// Everything is checked by the server, nothing is kept.
        public var dryRun = false
        /// What happens to the dependents of deleted and pruned objects; nil: what the kind's default is.
        public var propagation: DeletionPropagation? = .background
        /// How long a definition may take until its objects are served.
        public var definitionDeadline = Duration.seconds(60)
        public init() {}
    }

    let api: any KubernetesAPI
    public let mapper: RESTMapper
    public let options: Options
    let time: any TimeSource

    /// - Parameter mapper: one that knows the server already, to spare its questions.
    public init(
        _ api: some KubernetesAPI, mapper: RESTMapper? = nil, options: Options = Options(),
        time: some TimeSource = .system
    ) {
        self.api = api
        self.mapper = mapper ?? RESTMapper(api)
        (self.options, self.time) = (options, time)
    }

    /// For writes, with the options in force.
    var writer: any KubernetesAPI {
        var writer: any KubernetesAPI = api
        if let validation = options.fieldValidation { writer = writer.fieldValidation(validation) }
        return options.dryRun ? writer.dryRun : writer
    }

    var plan: ManifestPlan { ManifestPlan(mapper: mapper, namespace: options.namespace) }

    /// - Returns: a result per object, in the order of applying.
    /// - Throws: ``Finding`` where an object stands twice; what ``Discovery/refresh()`` throws; `CancellationError`.
    ///   All else is a result.
    public func apply(_ objects: [ManifestObject]) async throws -> [ManifestResult] {
        try await apply(try await plan.resolve(objects))
    }

    func apply(_ plan: [Result<PlannedObject, UnplannedObject>]) async throws -> [ManifestResult] {
        let writer = writer
        var definitions = DefinitionWaits(applier: self)
        return try await eachReachable(plan) { item in
            if let unchecked = try await definitions.wait(for: item) {
                return (.created, item.object, unchecked)
            }
            let applied = try await writer.applyReportingChanges(
                item.object, manager: options.fieldManager, force: options.force)
            switch applied.change {
            case .created: return (.created, applied.object, nil)
            case .changed(let fields): return (.changed(fields: fields), applied.object, nil)
            case .unchanged: return (.unchanged, applied.object, nil)
            }
        }
    }

    /// Makes each error a refusal; once the server is out of reach, the rest is not tried.
    func eachReachable(
        _ plan: [Result<PlannedObject, UnplannedObject>],
        _ body: (PlannedObject) async throws -> (ManifestResult.Outcome, DynamicObject?, Finding?)
    ) async throws -> [ManifestResult] {
        var results: [ManifestResult] = []
        var unreachable: Finding?
        for step in plan {
            let item: PlannedObject
            switch step {
            case .success(let planned): item = planned
            case .failure(let unplanned):
                results.append(
                    ManifestResult(
                        unplanned.item.reference, source: unplanned.item.source, .refused(unplanned.finding),
                        isDryRun: options.dryRun))
                continue
            }
            var (outcome, live, note) = (ManifestResult.Outcome.unchanged, DynamicObject?.none, Finding?.none)
            if let unreachable {
                outcome = .refused(unreachable)
            } else {
                do {
                    (outcome, live, note) = try await body(item)
                } catch {
                    try Task.checkCancellation()
                    if error is CancellationError { throw error }
                    outcome = .refused(Finding(refusal: error, at: item.source))
                    if error is TransportError {
                        unreachable = Finding(.unreachable, "Not tried, for the server is out of reach: \(error)")
                    }
                }
            }
            results.append(
                ManifestResult(
                    item.reference, source: item.source, outcome, live: live, note: note, isDryRun: options.dryRun))
        }
        return results
    }
}
