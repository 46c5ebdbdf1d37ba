/// # Cluster
///
/// A Kubernetes cluster inside a process: to everybody else just a ``Transport``.
///
/// - `Storage/`: the objects, one ordered log of revisions, and their journal on disk.
/// - `APIServer/`: the HTTP API over it, a ``Handler``.
/// - `Patch/`: JSON, merge, strategic and apply patches as pure functions.
/// - `Controllers/`: what a real cluster's controller manager does.
/// - `Nodes/`: nodes that run containers as local processes.
@_exported public import ClawCertificates
@_exported public import ClawControl
