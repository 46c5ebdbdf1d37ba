import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Logging
import Synchronization

/// Keeps every RuntimePool filled.
struct PoolController: Sendable {
    /// What is remembered of a pool between two looks.
    private struct Memory {
        var progress = PoolProgress()
        var obstacle: Finding?
        var toldAt: Timestamp?
        /// Whom its pods may talk to, as it was last put in place; empty: as the project says.
        var network: String?
    }

    private final class Memories: Sendable {
        let all = Mutex<[ObjectKey: Memory]>([:])
    }

    /// How often a status may change for its counts alone: they do with every pod that is taken.
    private static let statusInterval = Duration.seconds(2)
    /// How often a forecast is made anew although nobody wants a pod: it falls with time.
    private static let forecastInterval = Duration.seconds(15)
    private static let creationsAtOnce = 16

    private let caches: SharedCaches
    private let surroundings: RuntimeSurroundings
    private let warm: WarmPods
    private let inventory: PoolInventory
    private let sandboxes: SandboxPools?
    private let memories = Memories()
    private let logger: Logger

    /// - Parameter sandboxes: those of the cluster; nil: pools are of pods only.
    init(
        caches: SharedCaches, warm: WarmPods, sandboxes: ServedSandboxes? = nil,
        settings: @escaping @Sendable () -> RuntimeContext?, logger: Logger
    ) {
        self.sandboxes = sandboxes.map { SandboxPools($0, caches) }
        (self.caches, self.warm, self.logger) = (caches, warm, logger)
        surroundings = RuntimeSurroundings(caches, settings: settings)
        inventory = PoolInventory(caches)
    }

    func controller() -> Controller {
        var options = Controller.Options()
        // Pods that are taken one after another are replaced together, and after those who wait for one have theirs.
        options.debounce = .milliseconds(100)
        let pools = caches.cache(RuntimePool.self)
        let policies = surroundings.policies
        let controller = Controller(keys: "pools", caches: caches, options: options, logger: logger) { context in
            guard let pool = pools[context.key], !pool.isBeingDeleted else {
                // Its pods and volumes go with it.
                forget(context.key)
                return .settled
            }
            return try await reconcile(pool, context)
        }
        .reconciles(RuntimePool.self)
        .watches(Pod.self) { PoolMember.pool(of: $0).map { [$0] } ?? [] }
        .watches(PersistentVolumeClaim.self) { PoolMember.pool(of: $0).map { [$0] } ?? [] }
        .watches(RuntimeTemplate.self, when: .changed("spec")) { template in
            pools.all.filter { TemplateBook.isOffered(template, in: $0.namespace ?? "") }.map { ObjectKey($0) }
        }
        .watches(EnvironmentSet.self, when: .changed("spec")) { _ in pools.keys }
        .watches(Policy.self) { policy in
            pools.all.filter { policies.holds(policy, in: $0.namespace ?? "") }.map { ObjectKey($0) }
        }
        .watches(Project.self, when: .changed("spec")) { project in
            pools.all.filter { $0.namespace == project.name }.map { ObjectKey($0) }
        }
        .watches(Tenant.self, when: .changed("spec")) { tenant in
            pools.all.filter { policies.isOf(tenant, project: $0.namespace ?? "") }.map { ObjectKey($0) }
        }
        .watches(ConfigMap.self) { map in
            map.name == PlatformSettings.name && map.namespace == PlatformSettings.namespace ? pools.keys : []
        }
        .needs(Permission(["update"], RuntimePool.type, part: "status"))
        .needs(Permission(["create", "delete"], Pod.type))
        .needs(Permission(["create", "delete"], PersistentVolumeClaim.type))
        .needs(Permission(["get", "create", "update", "patch", "delete"], NetworkPolicy.type))
        warm.onAsked { [weak controller] in controller?.ask(for: $0) }
        return controller
    }

    private func forget(_ key: ObjectKey) {
        warm.forget(key)
        inventory.forget(key)
        memories.all.withLock { $0[key] = nil }
    }

    private func reconcile(_ pool: RuntimePool, _ context: ReconcileContext) async throws -> Reconciled {
        let (key, now) = (context.key, context.time.now)
        guard let surrounding = surroundings.context(project: key.namespace, user: Self.nobody) else {
            return .again(after: .milliseconds(200))
        }
        let model = Self.model(of: pool, surrounding)
        let shape = Self.shape(of: model)
        let wantedShape = try? shape.get()
        let hash = wantedShape?.hash
        let window = Duration.seconds(pool.spec.forecast?.windowSeconds ?? 300)
        if let wantedShape, let hash {
            warm.declare(
                key, shape: wantedShape, hash: hash, givesOutdated: pool.spec.update == .onReplenish, window: window)
        } else {
            warm.forget(key)
        }
        let members = inventory.members(of: key)
        let progress = memories.all.withLock { all in
            all[key, default: Memory()].progress.note(members, pool.spec, now: now)
            return all[key, default: Memory()].progress
        }
        let wanted = wanted(pool, progress)
        let isOfSandboxes = (pool.spec.driver ?? surrounding.driver) == .sandbox
        var step = PoolStep(
            pool.spec, members, wanted: isOfSandboxes ? 0 : wanted, shape: isOfSandboxes ? nil : hash, progress, now: now)
        if let sandboxes {
            if isOfSandboxes {
                let removes = members
                step = try await sandboxes.keep(pool, try? shape.get(), wanted: wanted, now: now)
                step.removes = removes
            } else {
                try await sandboxes.remove(pool)
            }
        }
        if case .failure(let finding) = shape { step.obstacle = finding }
        memories.all.withLock { all in
            all[key, default: Memory()].progress.note(made: [], removed: step.removes.map(\.uid))
        }
        try await remove(step.removes, key, context.api)
        for claim in inventory.abandoned(of: key) {
            try await context.api.deleteIfPresent(
                PersistentVolumeClaim.self, claim.name, in: key.namespace, uid: claim.uid)
        }
        if wantedShape != nil, let model = try? model.get() { try await keepNetwork(of: pool, as: model, context.api) }
        if step.creates > 0, let shape = try? shape.get() {
            let (made, failure) = await create(step.creates, shape, pool, context.api)
            memories.all.withLock { all in
                all[key, default: Memory()].progress.note(made: made, removed: [])
                if failure != nil { all[key, default: Memory()].progress.noteFailure(at: now) }
                all[key, default: Memory()].obstacle = failure
                if let until = all[key]?.progress.heldUntil { step.lookAgainAt = min(step.lookAgainAt ?? until, until) }
            }
        }
        let told = memories.all.withLock { all in
            if step.obstacle?.code != .poolFailing, step.creates == 0 { all[key]?.obstacle = nil }
            return all[key]?.obstacle
        }
        if let told { step.obstacle = told }
        if pool.spec.forecast != nil, warm.rate(of: key) > 0.0001 {
            step.lookAgainAt = min(step.lookAgainAt ?? now + Self.forecastInterval, now + Self.forecastInterval)
        }
        if let later = try await tell(pool, step, wanted: hash == nil ? 0 : wanted, context) {
            step.lookAgainAt = min(step.lookAgainAt ?? later, later)
        }
        return step.lookAgainAt.map { .again(after: max(.milliseconds(1), $0 - context.time.now)) } ?? .settled
    }

    /// Whom a pool's pods are for while they are for nobody.
    private static let nobody = "pool"

    /// What a runtime that says nothing of itself would be.
    private static func model(of pool: RuntimePool, _ context: RuntimeContext) -> Result<RuntimeCell, Finding> {
        Result { () throws(Finding) in
            var runtime = Runtime(
                metadata: ObjectMeta(name: pool.name, namespace: pool.namespace),
                spec: RuntimeSpec(user: nobody, template: pool.spec.template))
            runtime.spec.driver = pool.spec.driver
            return try RuntimeCell(runtime, context)
        }
    }

    private static func shape(of model: Result<RuntimeCell, Finding>) -> Result<WarmShape, Finding> {
        model.flatMap { cell in Result { () throws(Finding) in try cell.warmShape() } }
    }

    private func wanted(_ pool: RuntimePool, _ progress: PoolProgress) -> Int {
        guard let forecast = pool.spec.forecast else { return pool.spec.size }
        let count = PoolForecast(
            rate: warm.rate(of: ObjectKey(pool)), lead: progress.lead, hitPercent: forecast.hitPercent
        ).count
        return max(pool.spec.size, min(forecast.max, count))
    }

    // MARK: acting

    /// Before there are pods that it holds for.
    private func keepNetwork(of pool: RuntimePool, as model: RuntimeCell, _ api: any KubernetesAPI) async throws {
        let key = ObjectKey(pool)
        let wanted = model.network(of: pool)
        let known = memories.all.withLock { $0[key]?.network }
        let digest = wanted.map { JSON.object($0.document).description } ?? ""
        guard known != digest else { return }
        let live = try await api.find(NetworkPolicy.self, RuntimeCell.networkName(of: pool), in: key.namespace)
        if let wanted {
            try await DesiredState(api, manager: "clawkit-pools").apply(wanted, live: live)
        } else if let live, live.metadata.controllerReference?.uid == pool.uid {
            try await api.deleteIfPresent(NetworkPolicy.self, live.name, in: key.namespace, uid: live.uid)
        }
        memories.all.withLock { $0[key, default: Memory()].network = digest }
    }

    private func remove(_ members: [PoolMember], _ pool: ObjectKey, _ api: any KubernetesAPI) async throws {
        for member in members {
            // What is being given out is a runtime's.
            let held = warm.withdraw(member.uid)
            if member.state == .warm, held == nil { continue }
            do {
                try await api.delete(
                    Pod.self, member.name, in: pool.namespace, uid: member.uid, resourceVersion: member.version)
            } catch let error as KubernetesError where error.isNotFound {
                // It has gone by itself.
            } catch let error as KubernetesError where error.isConflict {
                // It is another by now. Its change asks for the pool again, which must not take it for one that is given out.
                if let held { warm.giveBack(held) }
            } catch {
                if let held { warm.giveBack(held) }
                throw error
            }
        }
    }

    /// - Returns: the pods' uids, and why not all could be made.
    private func create(
        _ count: Int, _ shape: WarmShape, _ pool: RuntimePool, _ api: any KubernetesAPI
    ) async -> (made: [String], failure: Finding?) {
        let hash = shape.hash
        return await withTaskGroup(of: Result<String, Finding>.self) { group in
            var (begun, made, failure) = (0, [String](), Finding?.none)
            func begin() {
                begun += 1
                group.addTask { await Self.create(shape, hash, pool, api) }
            }
            while begun < min(count, Self.creationsAtOnce) { begin() }
            while let result = await group.next() {
                switch result {
                case .success(let uid): made.append(uid)
                case .failure(let finding): failure = finding
                }
                // Where one is refused, so would be the others.
                if failure == nil, begun < count { begin() }
            }
            return (made, failure)
        }
    }

    private static func create(
        _ shape: WarmShape, _ hash: String, _ pool: RuntimePool, _ api: any KubernetesAPI
    ) async -> Result<String, Finding> {
        let name = "\(pool.name)-\(Chance.uuid().prefix(8))"
        do {
            _ = try await api.create(shape.claim(named: name, of: pool))
            var pod = shape.pod(named: name, of: pool)
            pod.annotations[PoolMember.shapeAnnotation] = hash
            return .success(try await api.create(pod).uid ?? "")
        } catch let error as KubernetesError {
            return .failure(
                Finding(.poolFailing, "The cluster refused a pod of the pool: \(ForeignText.cleaned(error.message))."))
        } catch {
            return .failure(
                Finding(.poolFailing, "The cluster did not answer when a pod of the pool was made; it is tried again."))
        }
    }

    // MARK: telling

    /// - Returns: when it is to be told after all, where it was told of a moment ago.
    private func tell(
        _ pool: RuntimePool, _ step: PoolStep, wanted: Int, _ context: ReconcileContext
    ) async throws -> Timestamp? {
        let now = context.time.now
        var changed = pool
        changed.status = step.status(of: pool, wanted: wanted, now: now)
        guard changed.status != pool.status else { return nil }
        let toldAt = memories.all.withLock { $0[context.key]?.toldAt }
        if let toldAt, now < toldAt + Self.statusInterval, changed.status.conditions == pool.status.conditions,
            changed.status.observedGeneration == pool.status.observedGeneration
        {
            return toldAt + Self.statusInterval
        }
        memories.all.withLock { $0[context.key, default: Memory()].toldAt = now }
        do {
            _ = try await context.api.replaceStatus(changed)
            return nil
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        } catch let error as KubernetesError where error.isConflict {
            return now + .seconds(1)
        }
    }
}

extension PoolStep {
    fileprivate func status(of pool: RuntimePool, wanted: Int, now: Timestamp) -> RuntimePoolStatus {
        var status = pool.status
        status.observedGeneration = pool.metadata.generation ?? 0
        (status.wanted, status.warm, status.starting, status.outdated) = (wanted, warm, starting, outdated)
        let before = status.conditions.first { $0.type == "Ready" }
        let isFull = obstacle == nil && warm >= wanted
        // One that is short of pods for a moment, since some were taken, is as ready as before.
        let isReady = obstacle == nil && (isFull || before?.status == "True" && warm > 0)
        let value = isReady ? "True" : "False"
        let reason: RuntimeReason = isReady ? .asExpected : obstacle.map { RuntimeReason(cause: $0.code) } ?? .starting
        let ready = Condition(
            type: "Ready", status: value, reason: reason.rawValue, message: obstacle?.message ?? "",
            lastTransitionTime: before.flatMap { $0.status == value ? $0.lastTransitionTime : nil } ?? now.rfc3339(),
            observedGeneration: pool.metadata.generation)
        status.conditions = [ready]
        return status
    }
}
