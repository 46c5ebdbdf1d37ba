import ClawBase
import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Events of both groups are one collection")
struct EventTests {
    private static let core = "/api/v1/namespaces/default/events"
    private static let new = "/apis/events.k8s.io/v1/namespaces/default/events"

    private static let old: JSON = [
        "apiVersion": "v1", "kind": "Event", "metadata": ["name": "old"], "reason": "Started", "message": "hello",
        "involvedObject": ["kind": "Pod", "name": "p", "namespace": "default"], "count": 3, "type": "Normal",
        "source": ["component": "test"],
    ]
    private static let modern: JSON = [
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": "modern"], "reason": "Why",
        "note": "because", "regarding": ["kind": "Service", "name": "s", "namespace": "default"], "type": "Warning",
        "eventTime": "2026-01-01T00:00:00.000001Z", "reportingController": "example.com/c", "reportingInstance": "i",
        "action": "Act",
    ]

    @Test("what one group wrote the other reads, by its own names")
    func bothWays() async throws {
        try await withCluster { cluster in
            #expect(try await cluster.raw(.post, Self.core, Self.old).code == 201)
            #expect(try await cluster.raw(.post, Self.new, Self.modern).code == 201)
            let seen = try await cluster.raw(.get, "\(Self.new)/old").json
            #expect(seen["apiVersion"] == "events.k8s.io/v1" && seen["note"] == "hello" && seen["deprecatedCount"] == 3)
            #expect(seen["regarding"]?["name"] == "p" && seen["involvedObject"] == nil)
            let back = try await cluster.raw(.get, "\(Self.core)/modern").json
            #expect(back["message"] == "because" && back["reportingComponent"] == "example.com/c")
            #expect(
                try await cluster.raw(.get, "\(Self.core)?fieldSelector=involvedObject.kind%3DService").names == [
                    "modern"
                ])
            #expect(try await cluster.raw(.get, "\(Self.new)?fieldSelector=regarding.name%3Dp").names == ["old"])
            #expect(try await cluster.raw(.get, "\(Self.core)?fieldSelector=source%3Dtest").names == ["old"])
        }
    }

    @Test("a watch of either group tells of both, a deletion through either ends both")
    func watchAndDelete() async throws {
        try await withCluster { cluster in
            _ = try await cluster.raw(.post, Self.core, Self.old)
            let watch = try await cluster.raw(.get, "\(Self.new)?watch=true&timeoutSeconds=1").text
            #expect(watch.contains(#""note":"hello""#) && watch.contains("ADDED"))
            #expect(try await cluster.raw(.delete, "\(Self.new)/old").code == 200)
            #expect(try await cluster.raw(.get, "\(Self.core)/old").code == 404)
        }
    }

    @Test("of a new event only the series changes")
    func immutable() async throws {
        try await withCluster { cluster in
            _ = try await cluster.raw(.post, Self.new, Self.modern)
            let merge = "application/merge-patch+json"
            let series: JSON = ["series": ["count": 2, "lastObservedTime": "2026-01-02T00:00:00.000000Z"]]
            #expect(try await cluster.raw(.patch, "\(Self.new)/modern", series, type: merge).code == 200)
            let refused = try await cluster.raw(.patch, "\(Self.new)/modern", ["reason": "Other"], type: merge)
            #expect(refused.code == 422 && refused.message?.contains("field is immutable") == true)
        }
    }
}
