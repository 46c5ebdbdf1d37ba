public import ClawBase
public import ClawKubernetes

/// A kind as three pure functions: what speaks against it, what should be there for it, how it stands.
///
///     struct SiteKind: ManagedKind {
///         let children: [any Resource.Type] = [Deployment.self, Service.self]
///
///         func desire(_ site: Site, _ observed: Observed) -> [Child] {
///             [Child(deployment(of: site)), Child(service(of: site), stage: 1)]
///         }
///
///         func observe(_ site: Site, _ observed: Observed, now: Timestamp) -> Observation<Site> {
///             var site = site
///             site.status = .init(ready: observed[Deployment.self, site.name]?.status?.readyReplicas)
///             return Observation(site)
///         }
///     }
///
///     let sites = Controller(managing: SiteKind(), caches: caches, manager: "sites", logger: logger)
///
/// One engine makes it so, for every kind alike: it compares with its caches first, applies only what differs, deletes
/// what is no longer desired, and writes the status only where it says something else than before. In steady state it
/// sends nothing to the server.
///
/// The functions must be pure: with the same object and the same things around it, in the same versions, they are not
/// asked a second time (but when ``Observation/lookAgainAfter`` says so).
public protocol ManagedKind: Sendable {
    associatedtype Object: Resource

    /// The kinds that ``desire(_:_:)`` may name. Their objects are looked at through caches that hold only what carries
    /// the label `app.kubernetes.io/managed-by` with the manager's name, and what changes in them asks for their owner.
    var children: [any Resource.Type] { get }

    /// Those of ``children`` whose status ``observe(_:_:now:)`` does not read, and nobody else here: its changes ask for
    /// nothing. Only kinds whose wish stands in `spec`: an autoscaler, but no Secret.
    var childrenOfUnreadStatus: [any Resource.Type] { get }

    /// What others make and the status tells of: the pods of a child, say.
    var related: [Relation] { get }

    /// What speaks against the object as it is written. With a finding that refuses (`E_…`), nothing is applied or
    /// deleted: what runs goes on running.
    func admit(_ object: Object) -> [Finding]

    /// What should be there for it: equal arguments give equal children, in the same order. Where it depends on the
    /// status, an observation that changes that says ``Observation/lookAgainAfter``: one's own writes ask for nothing.
    /// - Throws: a finding that only shows here; it counts as one of ``admit(_:)``.
    func desire(_ object: Object, _ observed: Observed) throws(Finding) -> [Child]

    /// The object with the status that fits what is there. Called after the children were applied, with what the server
    /// answered.
    func observe(_ object: Object, _ observed: Observed, now: Timestamp) -> Observation<Object>
}

extension ManagedKind {
    public var childrenOfUnreadStatus: [any Resource.Type] { [] }
    public var related: [Relation] { [] }
    public func admit(_ object: Object) -> [Finding] { [] }
}
