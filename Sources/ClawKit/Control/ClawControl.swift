/// # Control
///
/// What keeps declared and real alike, on top of the client:
///
/// - `Cache/`: local copies kept by watches, shared by all who need the same kind.
/// - `Queue/`: keys waiting for a reconcile, each once, with back-off per key.
/// - `Controller/`: from changes to keys to reconciles.
/// - `Leadership/`: one of several replicas leads, by a Lease; its writes can be fenced.
/// - `Sharding/`: replicas share keys, each key to one of them.
/// - `Events/`: what controllers tell people, as Events. `Metrics/`: what they count, under the names that are known.
/// - `DesiredState/`: compare first, apply only what differs: zero writes in steady state.
@_exported public import ClawKubernetes
