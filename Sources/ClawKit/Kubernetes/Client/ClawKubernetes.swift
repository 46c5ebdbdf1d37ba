/// # Kubernetes
///
/// Documents → models (generated) → this: the client.
///
/// - `API/`: ``KubernetesAPI``, two requirements; every verb is an extension of it, so that wrappers and doubles
///   get them all. ``KubernetesClient`` is the one over a ``Transport``.
/// - `Watch/`: one asynchronous sequence that hides reconnects, bookmarks and expired versions.
/// - `Configuration/`: kubeconfig files. `YAML/`: manifests. `Errors/`: the server's `Status`, typed.
@_exported public import ClawBase
@_exported public import ClawDocuments
@_exported public import ClawModels
