import ClawBase
import ClawDocuments
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("A runtime's environment from its layers")
struct EnvironmentMergeTests {
    private func layer(
        _ layer: EnvironmentLayer, _ values: [String: String] = [:], locked: Set<String> = [],
        rotation: EnvironmentSpec.Rotation? = nil, refresh: Duration? = nil
    ) -> EnvironmentStatement {
        EnvironmentStatement(
            EnvironmentOrigin(layer, "Set \(layer.rawValue)"),
            values.sorted { $0.key < $1.key }.map { .init($0.key, .value($0.value)) }, locked: locked,
            rotation: rotation, refresh: refresh)
    }

    @Test("the narrowest layer has the word, and everybody it goes over is named, in whatever order they come")
    func order() throws {
        let layers = [
            layer(.runtime, ["A": "5"]), layer(.platform, ["A": "1", "B": "1"]), layer(.user, ["A": "4"]),
            layer(.project, ["A": "3", "B": "3"]), layer(.template, ["A": "2"]),
        ]
        let environment = RuntimeEnvironment(layers, reserved: [])
        let a = try #require(environment.variables.first { $0.name == "A" })
        #expect(a.content == .value("5"))
        #expect(a.origin.layer == .runtime)
        #expect(a.overrides.map(\.layer) == [.user, .project, .template, .platform])
        let b = try #require(environment.variables.first { $0.name == "B" })
        #expect(b.content == .value("3"))
        #expect(b.overrides.map(\.layer) == [.platform])
        // Narrow ones come later, so that they may refer to wide ones.
        #expect(environment.variables.map(\.name) == ["B", "A"])
        #expect(RuntimeEnvironment(layers.reversed(), reserved: []) == environment)
    }

    @Test("a name that the platform sets is nobody's; only the runtime's own word for it refuses the runtime")
    func reserved() {
        let environment = RuntimeEnvironment(
            [layer(.project, ["PORT": "1"]), layer(.runtime, ["PORT": "2", "A": "1"])], reserved: ["PORT"])
        #expect(environment.variables.map(\.name) == ["A"])
        #expect(environment.findings.map(\.code) == [.reservedVariable, .reservedVariable])
        #expect(environment.findings.first?.field == "Set project: PORT")
        #expect(environment.refusals.map(\.field) == ["spec.env[PORT]"])
    }

    @Test("a locked name stays the wider layer's, also where that sets no value")
    func locked() throws {
        let environment = RuntimeEnvironment(
            [
                layer(.platform, ["PROXY": "p"], locked: ["PROXY", "NEVER"]),
                layer(.project, ["PROXY": "q"], locked: ["MINE"]), layer(.runtime, ["NEVER": "1", "MINE": "1"]),
            ], reserved: [])
        #expect(environment.variables.map(\.name) == ["PROXY"])
        #expect(environment.variables.first?.content == .value("p"))
        #expect(environment.findings.map(\.code) == [.environmentLocked, .environmentLocked, .environmentLocked])
        #expect(environment.refusals.map(\.field) == ["spec.env[MINE]", "spec.env[NEVER]"])
        #expect(environment.refusals.first?.message.contains("project (Set project)") == true)
    }

    @Test("who locks a name may set it itself")
    func ownLock() {
        let environment = RuntimeEnvironment([layer(.project, ["A": "1"], locked: ["A"])], reserved: [])
        #expect(environment.findings.isEmpty)
        #expect(environment.variables.count == 1)
    }

    @Test("rotation and refresh are what the narrowest layer says that says anything")
    func rotation() {
        let none = RuntimeEnvironment([layer(.project)], reserved: [])
        #expect(none.rotation == .restart)
        #expect(none.refresh == .seconds(60))
        let some = RuntimeEnvironment(
            [
                layer(.platform, rotation: .reload, refresh: .seconds(10)), layer(.user, refresh: .seconds(30)),
                layer(.runtime),
            ], reserved: [])
        #expect(some.rotation == .reload)
        #expect(some.refresh == .seconds(30))
    }

    @Test("files and the orchestrator's environment are for the platform's own layers only")
    func hostSources() throws {
        var set = EnvironmentSet(name: "project", in: "demo")
        set.spec.variables = [EnvironmentVariable(document: ["name": "A", "file": "/etc/shadow"])]
        let refused = RuntimeEnvironment([EnvironmentStatement(set, .project)], reserved: [])
        #expect(refused.variables.isEmpty)
        #expect(refused.findings.map(\.code) == [.environmentSource])
        #expect(refused.findings.first?.field == "EnvironmentSet demo/project: A")
        set.metadata.namespace = PlatformSettings.namespace
        let allowed = RuntimeEnvironment([EnvironmentStatement(set, .platform)], reserved: [])
        #expect(allowed.references == ["A": ValueReference(.file("/etc/shadow"), key: "")])
    }

    @Test("whatever layers say: each name once, from the narrowest layer that may, nothing reserved", arguments: 1...40)
    func property(seed: Int) {
        var numbers = SeededNumbers(seed: UInt64(seed))
        let names = ["A", "B", "C", "D", "R"]
        let layers = EnvironmentLayer.allCases.map { layer in
            self.layer(
                layer,
                Dictionary(
                    uniqueKeysWithValues: names.filter { _ in Bool.random(using: &numbers) }.map {
                        ($0, "\(layer.rawValue)-\($0)")
                    }), locked: Set(names.filter { _ in Int.random(in: 0..<6, using: &numbers) == 0 }))
        }
        let environment = RuntimeEnvironment(layers.shuffled(using: &numbers), reserved: ["R"])
        for name in names {
            // Written out the long way: up to and with the first that locks it.
            var word: String?
            for layer in layers {
                if let variable = layer.variables.first(where: { $0.name == name }), case .value(let value) = variable.content {
                    word = value
                }
                if layer.locked.contains(name) { break }
            }
            let found = environment.variables.filter { $0.name == name }
            #expect(found.map(\.content) == (name == "R" ? [] : word.map { [.value($0)] } ?? []))
        }
        let said = layers.map(\.variables.count).reduce(0, +)
        let counted = environment.variables.map { 1 + $0.overrides.count }.reduce(0, +)
        #expect(said == counted + environment.findings.count)
    }
}
