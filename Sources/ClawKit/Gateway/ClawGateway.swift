/// # Gateway
///
/// Gives runtimes models without giving them keys. A runtime holds a virtual key; the gateway knows its hash, what
/// it may ask for, and which upstream answers.
///
/// - `Upstreams/`, `HTTPUpstream/`: ``ModelUpstream``, one exchange with something that answers.
/// - `Grants/`, `Keys/`: virtual keys, what they allow, and how they are administered.
/// - `Exchange/`: a service account's token for a short-lived key.
/// - `Configuration/`, `Endpoints/`: the models of a file and of a cluster, as they change.
/// - `Routing/`, `Deployments/`: from an alias to one of its upstreams, and what is known of each.
/// - `Calls/`: one request on its way to an answer.
/// - `Guardrails/`, `Cache/`: what stands between a client and its answer.
/// - `Serving/`: ``ModelGateway``, the ``Handler`` that runtimes and SDKs talk to.
