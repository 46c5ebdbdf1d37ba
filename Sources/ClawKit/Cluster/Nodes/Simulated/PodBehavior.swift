/// How a pod lives on a simulated node: how long things take and how its containers end. The durations are those of
/// the cluster's clock, so virtual time passes through them at once.
///
///     PodBehavior(imagePull: .seconds(20), readyAfter: .seconds(5))
///     PodBehavior(life: .crashes(after: .seconds(1)))                    // CrashLoopBackOff
///     PodBehavior(life: .outOfMemory(after: .minutes(3), times: 1))      // OOMKilled once, then well
public struct PodBehavior: Sendable, Hashable {
    /// What becomes of each run of a container.
    public enum Life: Sendable, Hashable {
        /// Runs until it is asked to end.
        case forever
        case ends(after: Duration = .zero, exitCode: Int = 0)
        /// Fails; after that many runs it lives for ever. nil: always.
        case crashes(after: Duration = .zero, exitCode: Int = 1, times: Int? = nil)
        /// The same, killed for its use of memory.
        case outOfMemory(after: Duration = .zero, times: Int? = nil)
    }

    /// Readiness that comes and goes, for containers with a readiness probe.
    public struct Flapping: Sendable, Hashable {
        public var readyFor: Duration
        public var unreadyFor: Duration

        public init(readyFor: Duration, unreadyFor: Duration) {
            (self.readyFor, self.unreadyFor) = (readyFor, unreadyFor)
        }
    }

    /// Before the first container starts.
    public var imagePull: Duration
    /// The image cannot be pulled: the pod waits with `ErrImagePull`.
    public var failsToPull: Bool
    /// From a container's being started to its running.
    public var start: Duration
    /// From a container's running to its probes' succeeding; without probes a running container is ready, as everywhere.
    public var readyAfter: Duration
    public var flapping: Flapping?
    public var life: Life
    /// From SIGTERM to the end; longer than the pod's grace period: until it is killed.
    public var termination: Duration

    public init(
        imagePull: Duration = .zero, failsToPull: Bool = false, start: Duration = .zero, readyAfter: Duration = .zero,
        flapping: Flapping? = nil, life: Life = .forever, termination: Duration = .zero
    ) {
        (self.imagePull, self.failsToPull, self.start) = (imagePull, failsToPull, start)
        (self.readyAfter, self.flapping) = (readyAfter, flapping)
        (self.life, self.termination) = (life, termination)
    }
}

extension PodBehavior.Life {
    /// How the run with that number (from 0) ends, and when after its start; nil: by itself never.
    func end(ofRun attempt: Int) -> (after: Duration, exit: ContainerExit)? {
        switch self {
        case .forever: return nil
        case .ends(let after, let code): return (after, .exited(code))
        case .crashes(let after, let code, let times):
            if let times, attempt >= times { return nil }
            return (after, .exited(code))
        case .outOfMemory(let after, let times):
            if let times, attempt >= times { return nil }
            return (after, ContainerExit(code: 137, signal: 9, reason: "OOMKilled"))
        }
    }
}

extension PodBehavior.Flapping {
    func isReady(_ sinceReady: Duration) -> Bool {
        let period = (readyFor + unreadyFor).nanoseconds
        guard period > 0 else { return true }
        return sinceReady.nanoseconds % period < readyFor.nanoseconds
    }
}
