/// # Base
///
/// What every layer above stands on, and nothing that knows about Kubernetes:
///
/// - `HTTP/`: one request/response pair for clients *and* servers, the ``Transport`` protocol, its doubles.
/// - `Curl/`: the real transport, libcurl's multi interface on one event-loop thread.
/// - `Findings/`: what is wrong, where, and how to mend it, with stable codes.
/// - `Time/`: the injected clock. Nothing in ClawKit reads the system's time directly.
/// - `Secrets/`: values that never describe themselves, and where they are kept.
/// - `Metrics/`: counters and histograms in Prometheus' text format, also behind swift-metrics.
/// - `Tasks/`: what must happen even in a cancelled task.
/// - `Declarations/`: configuration that two layers share, as plain values.
/// - `Files/`: private files, and system calls whose failures become findings.
/// - `Journal/`: a checksummed append-only log with snapshots.
#if !hasFeature(NonisolatedNonsendingByDefault) || !hasFeature(ExistentialAny) || !hasFeature(MemberImportVisibility)
#error("an upcoming feature named in Package.swift is not in force: check its spelling")
#endif
