import BenchmarkSupport
import ClawKubernetes

/// Over loopback sockets against a server that answers from files: watches, a list, and small GETs.
/// - Parameters:
///   - plain: base URL of the server's HTTP/1.1 without TLS.
///   - tls: the same over TLS, with HTTP/2 offered.
func measureNetwork(plain: String, tls: String) async throws {
    let insecure = CurlTransport.TLS(verify: false)
    let routes: [(String, CurlTransport.Configuration)] = [
        ("HTTP/1.1", .init(baseURL: plain, httpVersion: .http1)),
        ("HTTP/2 over TLS", .init(baseURL: tls, tls: insecure)),
    ]
    for (name, configuration) in routes {
        try await withCurlTransport(configuration) { transport in
            let client = KubernetesClient(transport, reading: DocumentReading(managedFields: .dropped))
            let watching = try await best(of: 3) { try await follow(client) }
            report("client.watch, loopback \(name), managedFields dropped", watchCount, "events", watching)
            let listing = try await best(of: 3) {
                let pods = try await client.list(Pod.self).items
                precondition(pods.count == podCount, "the list must have been read")
            }
            report("client.list, loopback \(name), managedFields dropped", podCount, "pods", listing)
        }
    }
    let gets: [(String, CurlTransport.Configuration)] = [
        ("HTTP/2 over TLS", .init(baseURL: tls, tls: insecure)),
        ("HTTP/1.1 over TLS", .init(baseURL: tls, tls: insecure, httpVersion: .http1)),
        ("HTTP/1.1 without TLS", .init(baseURL: plain, httpVersion: .http1)),
    ]
    for (name, configuration) in gets {
        for width in [1, 64] { try await measureGets(name, configuration, plain, width) }
    }
}

/// Typed GETs of a small ConfigMap, `width` of them under way at any time.
private func measureGets(
    _ name: String, _ configuration: CurlTransport.Configuration, _ plain: String, _ width: Int
) async throws {
    let count = width == 1 ? 5_000 : 30_000
    let before = try await acceptedConnections(plain)
    let time = try await withCurlTransport(configuration) { transport in
        let client = KubernetesClient(transport)
        try await get(width, client)
        return try await best(of: 3) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<width { group.addTask { try await get(count / width, client) } }
                try await group.waitForAll()
            }
        }
    }
    // The question itself takes one.
    let connections = try await acceptedConnections(plain) - before - 1
    report(
        "client.get, \(name), \(width) under way", count / width * width, "GETs", time,
        "\(connections) connection\(connections == 1 ? "" : "s")")
}

private func get(_ count: Int, _ client: KubernetesClient) async throws {
    for _ in 0..<count {
        let map = try await client.get(ConfigMap.self, "settings", in: "default")
        precondition(map.data["level"] == "info", "the object must have been read")
    }
}

/// How many connections the server has accepted so far, by its own count.
private func acceptedConnections(_ plain: String) async throws -> Int {
    try await withCurlTransport(.init(baseURL: plain, httpVersion: .http1)) { transport in
        let bytes = try await transport.send(Request(.get, "/status")).body.collect(limit: 4096)
        // "Active connections: 1 \nserver accepts handled requests\n 4 4 9 \n…"
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let place = words.firstIndex(of: "requests"), let count = Int(words[place + 1]) else { return 0 }
        return count
    }
}
