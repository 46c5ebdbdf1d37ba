import ClawBase
import FoundationEssentials
import Testing

@Suite("Secret sources")
struct SecretSourceTests {
    @Test("a variable of the environment is a secret; one that is empty is missing")
    func environment() async throws {
        let source = EnvironmentSecrets(["KEY": "k", "EMPTY": ""])
        #expect(try await source.secret(.environment("KEY")).reveal() == "k")
        await #expect { try await source.secret(.environment("EMPTY")) } throws: {
            ($0 as? Finding)?.code == .secretMissing
        }
        await #expect { try await source.secret(.file("KEY")) } throws: { ($0 as? Finding)?.code == .secretKind }
    }

    @Test("a file is read anew at each use, without the white space at its end")
    func file() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "secret-\(UInt64.random(in: 0 ... .max))")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let source = FileSecrets()
        await #expect { try await source.secret(.file(path)) } throws: { ($0 as? Finding)?.code == .secretMissing }
        try Data("first key \n\n".utf8).write(to: URL(filePath: path))
        #expect(try await source.secret(.file(path)).reveal() == "first key")
        try Data("second".utf8).write(to: URL(filePath: path))
        #expect(try await source.secret(.file(path)).reveal() == "second")
        try Data(repeating: 65, count: 1 << 20).write(to: URL(filePath: path))
        await #expect(throws: Finding.self) { try await source.secret(.file(path)) }
    }

    @Test("of several sources the one that serves the kind decides, also about what is wrong")
    func composite() async throws {
        let place = SecretLocation.cluster(namespace: "a", name: "b", key: "c")
        let memory = InMemorySecrets([place: Secret("m")])
        let source = CompositeSecrets([EnvironmentSecrets([:]), FileSecrets(), memory])
        #expect(try await source.secret(place).reveal() == "m")
        memory.set(nil, for: place)
        await #expect { try await source.secret(place) } throws: { ($0 as? Finding)?.code == .secretMissing }
        let few = CompositeSecrets([EnvironmentSecrets([:]), FileSecrets()])
        await #expect { try await few.secret(place) } throws: { ($0 as? Finding)?.code == .secretKind }
        await #expect { try await few.secret(.environment("X")) } throws: {
            ($0 as? Finding).map { $0.code == .secretMissing && $0.message.contains("X") } ?? false
        }
    }

    @Test("a path in the cluster has three parts", arguments: ["a/b/c", "a/b", "a//c", "a/b/c/d", ""])
    func clusterPath(_ path: String) {
        let reference = SecretLocation(clusterPath: path)
        #expect(reference == (path == "a/b/c" ? .cluster(namespace: "a", name: "b", key: "c") : nil))
    }
}
