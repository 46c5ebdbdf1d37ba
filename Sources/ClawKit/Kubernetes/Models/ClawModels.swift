/// # Models
///
/// Kubernetes' kinds as Swift structs: ``Pod``, ``Deployment``, ``Lease`` and all others that are generally available,
/// each a ``DocumentView`` over its JSON object.
///
/// - `Generated/` is written by `Scripts/generate-models.py` from Kubernetes' own OpenAPI and discovery documents:
///   the structs, the field tables (``SchemaTable/kubernetes``) and the resources (``ResourceCatalogue/kubernetes``).
/// - ``Resource``: what top-level kinds have in common; custom resources conform to it by hand.
/// - ``ResourceList``: a list of any kind.
///
/// Reading rules: optional values are nil where absent; required ones read as empty; lists and maps read as empty,
/// and assigning an empty one removes the member. Kubernetes' kind `Secret` is ``KubernetesSecret`` here.
// door
