import BenchmarkSupport
import ClawKubernetes
import Foundation

/// Every item as a ``Pod``, one field of each read.
private func restarts(_ json: JSON) -> Int {
    ResourceList<Pod>(document: json.object ?? [:]).items
        .reduce(0) { $0 + ($1.status?.containerStatuses.first?.restartCount ?? 0) }
}

/// A list's bytes → typed pods.
func measureLists(_ list: [UInt8]) async throws {
    for (name, mode) in [
        ("list → typed pods, managedFields dropped", JSONParser.ManagedFields.dropped),
        ("list → typed pods, managedFields kept lazily", .lazy),
        ("list → typed pods, managedFields parsed", .parsed),
    ] {
        var sum = 0
        let time = try await best(of: 7) { sum = restarts(try JSONParser.parse(list, managedFields: mode)) }
        precondition(sum > 0, "the list must have been read")
        report(name, podCount, "pods", time)
    }
    var sum = 0
    let concurrently = try await best(of: 7) {
        sum = restarts(try await JSONParser.parseConcurrently(list, managedFields: .dropped))
    }
    precondition(sum > 0, "the list must have been read")
    report("list → typed pods on two threads, managedFields dropped", podCount, "pods", concurrently)
    try await measureClientLists(list)

    let json = try JSONParser.parse(list)
    report("typed list → JSON text", podCount, "pods", await best(of: 3) { _ = json.bytes().count })

    let data = Data(list)
    let decode = try await best(of: 2) { _ = try JSONDecoder().decode(CodablePodList.self, from: data).items.count }
    report("Foundation JSONDecoder, plain structs of 19 fields", podCount, "pods", decode)
    let parse = try await best(of: 2) { _ = try JSONSerialization.jsonObject(with: data) }
    report("Foundation JSONSerialization, untyped", podCount, "pods", parse)
}

/// The same through `client.list`: the bytes gathered from a response of 64 KiB chunks, the types checked.
private func measureClientLists(_ list: [UInt8]) async throws {
    let chunks = Chunks(list)
    for (name, mode) in [
        ("client.list, types checked, managedFields dropped", JSONParser.ManagedFields.dropped),
        ("client.list, types checked, managedFields kept lazily", .lazy),
    ] {
        let client = KubernetesClient(
            ScriptedTransport { _ in Response(status: .ok, body: .stream(chunks, length: list.count)) },
            reading: DocumentReading(managedFields: mode))
        let time = try await best(of: 7) {
            let items = try await client.list(Pod.self).items
            precondition(items.count == podCount, "the list must have been read")
        }
        report(name, podCount, "pods", time)
    }
}
