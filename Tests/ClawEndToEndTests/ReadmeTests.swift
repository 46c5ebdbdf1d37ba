import ClawKit
import Foundation
import Testing

/// The README's Swift, compiled here word for word; the test holds the two against each other.
private func clientExample() async throws {
    // README: client
    let client = try KubernetesClient.connect(kubeconfig: ".claw/kubeconfig")

    let pods = try await client.list(Pod.self, in: "demo", labels: ["clawkit.dev/user": "ada"])
    print(pods.items.map(\.name))

    for try await event in client.watch(Runtime.self) {
        switch event {
        case .snapshot(let all): print("\(all.count) runtimes")
        case .applied(let runtime): print(runtime.name, runtime.status.phase?.rawValue ?? "")
        case .deleted(let runtime): print(runtime.name, "is gone")
        }
    }
    // README: end
}

private func embeddedExample() async throws {
    // README: embedded
    try await EmbeddedCluster.withCluster { cluster in
        let namespaces = try await cluster.client.list(Namespace.self)
        print(namespaces.items.map(\.name))
    }
    // README: end
}

@Suite("The README")
struct ReadmeTests {
    @Test("its Swift is the Swift compiled here", arguments: ["client", "embedded"])
    func swiftBlocks(_ name: String) throws {
        let here = URL(filePath: #filePath)
        let source = try String(contentsOf: here, encoding: .utf8)
        let readme = try String(
            contentsOf: here.deletingLastPathComponent().appending(path: "../../README.md"), encoding: .utf8)
        let begin = try #require(source.range(of: "    // README: \(name)\n"))
        let end = try #require(source.range(of: "    // README: end", range: begin.upperBound..<source.endIndex))
        let lines = source[begin.upperBound..<end.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { $0.hasPrefix("    ") ? String($0.dropFirst(4)) : String($0) }.joined(separator: "\n")
        #expect(readme.contains(text))
    }

    @Test("the embedded cluster's example runs")
    func embeddedRuns() async throws { try await embeddedExample() }
}
