/// # Dialects
///
/// The languages in which clients ask for models and upstreams answer: pure functions and state machines over bytes.
/// Nothing here waits, reads a clock or opens a connection.
///
/// - `Form/`: the one intermediate form: ``ModelRequest``, ``ModelAnswer``, ``StreamEvent``, ``TokenUsage``,
///   ``FinishReason``, ``ModelError``. ``StreamGrammar`` makes of any events a well-formed answer.
/// - `Serving/`: ``ClientDialect`` (what clients speak: decode requests, encode answers, streams and errors) and
///   ``UpstreamDialect`` (what upstreams speak: encode requests, decode answers, streams and errors).
/// - `OpenAI/`, `Anthropic/`, `Ollama/`, `Azure/`, `Gemini/`, `Bedrock/`: one folder a dialect.
/// - `Relay/`: client and upstream speak alike: bytes pass, ``StreamRelay`` watches usage, finish and errors.
/// - `Framing/`: events out of byte streams cut anywhere: SSE, NDJSON, AWS event streams.
/// - `Text/`: JSON text, edited and written without a tree.
