import BenchmarkSupport
import ClawKubernetes

/// Events as a server sends them, lines cut anywhere, delivered as typed pods by `client.watch`.
func measureWatch(_ text: [UInt8]) async throws {
    let chunks = Chunks(text)
    for (name, reading) in [
        ("client.watch in memory, managedFields dropped", DocumentReading(managedFields: .dropped)),
        ("client.watch in memory, managedFields kept lazily", DocumentReading()),
    ] {
        let time = try await best(of: 5) {
            let transport = ScriptedTransport { _ in Response(status: .ok, body: .stream(chunks)) }
            try await follow(KubernetesClient(transport, reading: reading))
        }
        report(name, watchCount, "events", time)
    }
}

/// Reads a whole watch of ``watchCount`` events.
func follow(_ client: KubernetesClient) async throws {
    var (seen, restarts) = (0, 0)
    for try await event in client.watch(Pod.self, resumingAfter: "1") {
        guard case .applied(let pod) = event else { continue }
        restarts += pod.status?.containerStatuses.first?.restartCount ?? 0
        seen += 1
        if seen == watchCount { break }
    }
    precondition(restarts > 0, "the events must have been read")
}
