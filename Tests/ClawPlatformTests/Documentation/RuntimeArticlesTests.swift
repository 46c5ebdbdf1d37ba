import ArticleTesting
import ClawBase
import ClawModels
import ClawPlatform
import ClawResources
import Testing

private func environment() -> (origins: [String], refusals: [FindingCode]) {
    // ARTICLE: environment
    let platform = EnvironmentStatement(
        EnvironmentOrigin(.platform, "EnvironmentSet clawkit-system/platform"),
        [.init("REGION", .value("eu"))], locked: ["REGION"])
    let runtime = EnvironmentStatement(
        EnvironmentOrigin(.runtime, "Runtime demo/ada"), [.init("REGION", .value("us"))])
    let environment = RuntimeEnvironment([platform, runtime], reserved: ["PORT"])
    let origins = environment.variables.map { "\($0.name): \($0.origin.layer)" }   // REGION: platform
    let refusals = environment.refusals.map(\.code)   // E_ENV_LOCKED
    // ARTICLE: end
    return (origins, refusals)
}

private func source() -> any ValueSource {
    // ARTICLE: source
    struct Constants: ValueSource {
        func read(_ place: ValuePlace, last: ValueReading?) async throws -> ValueReading {
            ValueReading(["key": Secret("value")], version: "1")
        }
    }
    // ARTICLE: end
    return Constants()
}

private func openClaw() -> String? {
    // ARTICLE: profile
    let profile = OpenClawProfile(version: "2026.8.1")
    let shape = profile.shape(RuntimeTemplateSpec(profile: .openClaw), resources: ["memory": "4Gi"])
    let heap = shape.variables.first { $0.name == "NODE_OPTIONS" }?.value   // --max-old-space-size=3072
    // ARTICLE: end
    return heap
}

@Suite("The articles on environments and profiles")
struct RuntimeArticlesTests {
    @Test("their Swift is the Swift compiled here", arguments: ["environment", "profiles"])
    func swift(name: String) throws {
        let article = try Article("Docs/\(name).md", compiledIn: #filePath)
        for fence in article.fences {
            #expect(article.names.contains { article.block($0) == fence }, "\(fence)")
        }
        #expect(article.names == ["environment", "source", "profile"])
    }

    @Test("their examples come to what they say")
    func examples() async throws {
        #expect(environment().origins == ["REGION: platform"])
        #expect(environment().refusals == [.environmentLocked])
        #expect(openClaw() == "--max-old-space-size=3072")
        #expect(try await source().read(.file("x"), last: nil).values["key"]?.reveal() == "value")
    }
}
