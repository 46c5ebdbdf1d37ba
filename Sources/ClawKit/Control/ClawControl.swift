/// # Control
///
/// What keeps declared and real alike, on top of the client:
///
/// - `Cache/`: local copies kept by watches, shared by all who need the same kind.
/// - `Queue/`: keys waiting for a reconcile, each once, with back-off per key.
/// - `Controller/`: from changes to keys to reconciles.
/// - `DesiredState/`: compare first, apply only what differs: zero writes in steady state.
@_exported public import ClawKubernetes
