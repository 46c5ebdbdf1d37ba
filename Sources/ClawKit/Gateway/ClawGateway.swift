/// # Gateway
///
/// Gives runtimes models without giving them keys. A runtime holds a virtual key; the gateway knows its hash, what
/// it may ask for, and which upstream answers.
///
/// - `Upstreams/`: ``ModelUpstream``, one exchange with something that answers chats; the built-in echo.
/// - `OpenAI/`: the OpenAI dialect: requests, errors, streams, and the upstream that speaks it.
/// - `Grants/`: virtual keys and what they allow.
/// - `Routing/`: from an alias to one of its upstreams.
/// - `Serving/`: ``ModelGateway``, the ``Handler`` that runtimes and SDKs talk to.
