public import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// Leads runtimes with a placement to enrolled capacity, and all others to `local`.
///
/// Nothing is made for them: no pod, no volume, no key. A runtime takes a place there when it starts and gives it back
/// when it stops; its program runs on either way, since the platform does not own it.
public struct RemoteRuntimeDriver: RuntimeDriver {
    private let local: any RuntimeDriver
    private let api: any KubernetesAPI
    private let runtimes: ObjectCache<Runtime>
    private let capacities: ObjectCache<RemoteCapacity>
    private let remotes: RemoteRuntimes
    private let network: CapacityNetwork?
    private let time: any TimeSource
    let waiting = WaitingRuntimes()
    /// Places that were given and that the cache does not show yet.
    private let given: GivenPlaces
    /// How long capacity may take to say whether it is ready.
    private static let patience = Duration.seconds(5)

    /// - Parameter network: reaches capacity by absolute URLs, to ask whether it is ready; nil: none ever is.
    public init(_ local: some RuntimeDriver, caches: SharedCaches, network: (any Transport)?) {
        self.init(local, caches: caches, network: network) { $0 }
    }

    /// - Parameter fence: closes every way where this process may not use it.
    init(
        _ local: some RuntimeDriver, caches: SharedCaches, network: (any Transport)?,
        fence: @escaping @Sendable (any Transport) -> any Transport
    ) {
        (self.local, api, time) = (local, caches.api, caches.time)
        self.network = network.map { CapacityNetwork($0, api: caches.api, time: caches.time, fence: fence) }
        let runtimes = caches.cache(Runtime.self)
        self.runtimes = runtimes
        given = GivenPlaces { runtimes[$0] }
        capacities = caches.cache(RemoteCapacity.self)
        remotes = RemoteRuntimes(caches)
    }

    // MARK: looking

    public func observe(_ cell: RuntimeCellID) async throws -> RuntimeObservation {
        var observation = try await local.observe(cell)
        guard let runtime = own(cell), let name = runtime.annotations[Runtime.capacityAnnotation],
            // What ran in the cluster before goes first.
            observation.pod?.owner != .runtime
        else { return observation }
        observation.pod = await observe(runtime, on: name)
        return observation
    }

    private func own(_ cell: RuntimeCellID) -> Runtime? {
        runtimes.get(cell.name, in: cell.project).flatMap { $0.uid == cell.uid ? $0 : nil }
    }

    private func observe(_ runtime: Runtime, on name: String) async -> RuntimeObservation.Pod {
        // An empty hash is no runtime's: the place is given back, and another taken.
        var seen = RuntimeObservation.Pod(cellHash: "")
        // What somebody has written by hand was given to nobody.
        guard given.isGiven(name, to: runtime) else { return seen }
        (seen.capacity, seen.isScheduled) = (name, true)
        guard let capacity = capacities.get(name), let placement = runtime.spec.placement,
            capacity.admits(placement, project: runtime.namespace ?? ""), !mayMove(placement, capacity, runtime)
        else { return seen }
        seen.cellHash = RuntimeCell.remoteHash
        seen.uid = "\(capacity.uid ?? "")/\(runtime.uid ?? "")"
        switch capacity.status.phase {
        case .available, .draining, .drained:
            seen.hasContainers = true
            seen.isReady = await isReady(capacity)
            if !seen.isReady { waiting.add(ObjectKey(runtime)) }
        case .lost: (seen.waiting, seen.message) = ("CapacityLost", "the capacity '\(name)' is not heard of any more")
        case .revoked: (seen.waiting, seen.message) = ("CapacityRevoked", "the trust in '\(name)' was taken back")
        case .registered, .trusted, nil:
            (seen.waiting, seen.message) = ("CapacityNotEnrolled", "'\(name)' is not enrolled")
        }
        return seen
    }

    /// Whether it would be better off elsewhere, where it has no word in where it is.
    private func mayMove(_ placement: RuntimePlacement, _ capacity: RemoteCapacity, _ runtime: Runtime) -> Bool {
        guard placement.capacity == nil, [.lost, .revoked].contains(capacity.status.phase) || capacity.isDraining else { return false }
        return choose(placement, runtime, apartFrom: capacity.name) != nil
    }

    /// Its program's own word.
    private func isReady(_ capacity: RemoteCapacity) async -> Bool {
        guard let network, capacity.status.ready != false else { return false }
        do {
            let address = try CapacityAddress(capacity.spec.endpoint)
            let request = address.request(
                capacity.spec.readinessPath, token: try await remotes.token(of: capacity), patience: Self.patience)
            let answer = try await network.send(request, to: capacity)
            _ = try? await answer.body.collect(limit: 1 << 16)
            return answer.status == .ok
        } catch {
            return false
        }
    }

    public func agentActivity(_ cell: RuntimeCellID, _ report: ActivityReport) async throws -> AgentActivity {
        guard own(cell)?.annotations[Runtime.capacityAnnotation] == nil else { throw Finding.unreportedActivity }
        return try await local.agentActivity(cell, report)
    }

    // MARK: acting

    public func perform(_ action: RuntimeAction, _ cell: RuntimeCellID, _ wanted: RuntimeCell?) async throws {
        if action == .stopPod {
            try await local.perform(action, cell, wanted)
            if let runtime = own(cell), runtime.annotations[Runtime.capacityAnnotation] != nil {
                given.giveBack(cell.uid)
                try await bind(runtime, to: nil)
            }
            return
        }
        guard let placement = wanted?.placement else { return try await local.perform(action, cell, wanted) }
        // All the rest is what a program in the cluster needs.
        guard action == .startPod, let runtime = own(cell) else { return }
        guard let chosen = choose(placement, runtime) else { throw Self.nothingFree(placement) }
        guard given.take(chosen.name, for: runtime, of: chosen.spec.runtimes, seen: seen(on: chosen)) else {
            throw Self.nothingFree(placement)
        }
        try await bind(runtime, to: chosen.name)
    }

    public func claim(_ wanted: RuntimeCell) async throws -> Bool { try await local.claim(wanted) }

    private func bind(_ runtime: Runtime, to capacity: String?) async throws {
        try await api.mergePatch(
            Runtime.self, runtime.name, in: runtime.namespace,
            [
                "metadata": [
                    "uid": .string(runtime.uid ?? ""),
                    "annotations": [Runtime.capacityAnnotation: capacity.map(JSON.string) ?? .null],
                ]
            ])
    }

    /// The runtimes on it, as the cache has them.
    private func seen(on capacity: RemoteCapacity) -> Set<String> {
        Set(runtimes.all.lazy.filter { $0.annotations[Runtime.capacityAnnotation] == capacity.name }.compactMap(\.uid))
    }

    /// The one with most room; the first by name among equals.
    private func choose(
        _ placement: RuntimePlacement, _ runtime: Runtime, apartFrom other: String? = nil
    ) -> RemoteCapacity? {
        let uid = runtime.uid ?? ""
        let open = capacities.all.compactMap { capacity -> (capacity: RemoteCapacity, room: Int)? in
            guard capacity.name != other, capacity.status.phase == .available, !capacity.isBeingDeleted,
                capacity.admits(placement, project: runtime.namespace ?? "")
            else { return nil }
            let others = seen(on: capacity).subtracting([uid])
            let room = capacity.spec.runtimes - given.count(on: capacity.name, seen: others)
            return room > 0 ? (capacity, room) : nil
        }
        return open.min { ($1.room, $0.capacity.name) < ($0.room, $1.capacity.name) }?.capacity
    }

    private static func nothingFree(_ placement: RuntimePlacement) -> Finding {
        let what = placement.capacity.map { "The capacity '\($0)' is" } ?? "None of the capacity with these labels is"
        return Finding(
            .noCapacity, "\(what) available to this project with room for another runtime; see `claw capacity list`.",
            field: "spec.placement")
    }
}

extension RuntimeCell {
    /// Nothing of its spec makes a runtime elsewhere another one.
    static let remoteHash = "remote"
}

extension RuntimeSpec {
    /// What the platform can do to programs of its own only.
    func remoteFindings() -> [Finding] {
        guard placement != nil else { return [] }
        return ["driver", "image", "command", "env", "volume", "checkpoint", "resources", "idle"].compactMap { field in
            guard document[FieldKey(field)] != nil else { return nil }
            return Finding(
                .unsupported,
                "What runs on enrolled capacity is not the platform's own: no \(field) comes from here; leave it out.",
                field: "spec.\(field)")
        }
    }
}
