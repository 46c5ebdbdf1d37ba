import BenchmarkSupport
import ClawKubernetes
import Foundation

// Lists and watches, typed. Compare the lines of one run with each other, not with another machine's.

let count = 10_000
let list = makePodList(count: count)
print("\(count) pods, \(list.count / count) bytes each, \(list.count / 1_000_000) MB")

func restarts(_ pods: [Pod]) -> Int { pods.reduce(0) { $0 + ($1.status?.containerStatuses.first?.restartCount ?? 0) } }

for (name, mode) in [
    ("list → typed, managed fields dropped", JSONParser.ManagedFields.dropped), ("list → typed, managed fields kept lazily", .lazy),
    ("list → typed, managed fields parsed", .parsed),
] {
    var sum = 0
    let time = try await best(of: 5) {
        let json = try JSONParser.parse(list, managedFields: mode)
        sum = restarts(ResourceList<Pod>(document: json.object ?? [:]).items)
    }
    precondition(sum > 0, "the list must have been read")
    report(name, Double(count) / time.processor, "pods/s of CPU", "(\(Int(Double(count) / time.wall)) pods/s of wall time)")
}

do {
    let before = residentMemory()
    let json = try JSONParser.parse(list, managedFields: .dropped)
    var store: [String: Pod] = [:]
    for pod in ResourceList<Pod>(document: json.object ?? [:]).items { store["\(pod.namespace ?? "")/\(pod.name)"] = pod }
    report("10,000 pods in a store, without managed fields", residentMemory() - before, "MiB resident")
    precondition(store.count == count, "every pod has its place")
}

do {
    let data = Data(list)
    let time = try await best(of: 2) { _ = try JSONDecoder().decode(CodablePodList.self, from: data).items.count }
    report("Foundation's JSONDecoder, a few fields of plain structs", Double(count) / time.processor, "pods/s of CPU")
    let parse = try await best(of: 2) { _ = try JSONSerialization.jsonObject(with: data) }
    report("Foundation's JSONSerialization, untyped", Double(count) / parse.processor, "pods/s of CPU")
}

do {
    let json = try JSONParser.parse(list)
    let time = await best(of: 5) { _ = json.bytes().count }
    report("typed list → JSON text", Double(count) / time.processor, "pods/s of CPU")
}

do {
    // Events as a server sends them: 64 KiB at a time, lines cut anywhere.
    let events = 20_000
    var text: [UInt8] = []
    for index in 0..<events { text += Array(#"{"type":"MODIFIED","object":\#(pod(index))}"#.utf8) + [10] }
    let chunks = stride(from: 0, to: text.count, by: 1 << 16).map { Array(text[$0..<min($0 + 1 << 16, text.count)]) }
    let time = try await best(of: 3) {
        let transport = ScriptedTransport { request in
            guard request.query.flag("watch") else {
                return Response(
                    status: .ok, body: .string(#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}"#))
            }
            return Response(status: .ok, body: .stream(Chunks(chunks)))
        }
        var seen = 0
        for try await event in KubernetesClient(transport).watch(Pod.self) {
            if case .applied = event { seen += 1 }
            if seen == events { break }
        }
    }
    report("watch events delivered typed", Double(events) / time.wall, "events/s of wall time")
}

struct Chunks: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    let chunks: [[UInt8]]
    init(_ chunks: [[UInt8]]) { self.chunks = chunks }
    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<[UInt8]>
        mutating func next() async throws -> [UInt8]? { rest.popFirst() }
    }
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: chunks[...]) }
}
