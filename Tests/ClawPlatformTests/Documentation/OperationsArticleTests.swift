import ArticleTesting
import ClawBase
import ClawPlatform
import Logging
import Testing

private struct Tenants: Sendable {
    let deeds = Deeds()
    func states(of tenant: String) async throws -> [String: String] { ["ada": "running", "bob": "stopped"] }
    func stop(_ runtime: String) async throws { deeds.note("stop \(runtime)") }
    func restore(_ states: [String: String]) async throws { deeds.note("restore \(states.count)") }
    func mail(_ text: String, idempotencyKey: String) async throws { deeds.note("mail \(text)") }
}

private func article(_ tenants: Tenants, _ store: MemoryPlatformStore, _ logger: Logger) async throws {
    // ARTICLE: plan
    struct Suspension: Codable, Sendable {
        var reason: String
    }

    let suspend = OperationPlan("suspend", on: "tenant", taking: Suspension.self, preempting: ["resume"]) {
        OperationStep("remember") { context in
            try await tenants.states(of: context.target)
        }
        OperationStep("stop", deadline: .seconds(120)) { context in
            let states = try context.output(of: "remember", as: [String: String].self)
            for (done, runtime) in states.keys.sorted().enumerated() {
                try await tenants.stop(runtime)
                await context.report("stopped \(runtime)", progress: Double(done + 1) / Double(states.count))
            }
        }
        .undone { context in
            try await tenants.restore(try context.output(of: "remember", as: [String: String].self))
        }
        OperationStep("tell the owner", isIdempotent: false) { context in
            try await tenants.mail(context.parameters.reason, idempotencyKey: context.idempotencyKey)
        }
    }
    .checked { target, parameters in
        parameters.reason.isEmpty ? [Finding(.badRequest, "Say why the tenant is suspended.", field: "reason")] : []
    }
    // ARTICLE: end
    // ARTICLE: engine
    let engine = OperationEngine(store, logger: logger)
    engine.add(suspend)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await engine.run() }

        let operation = try await engine.submit(
            suspend, to: "tenant/acme", Suspension(reason: "unpaid"), by: "root", idempotencyKey: "invoice-17")
        let end = try await engine.end(of: operation.id, within: .seconds(300))
        precondition(end.state == .succeeded)
        group.cancelAll()
    }
    // ARTICLE: end
}

@Suite("The article on operations")
struct OperationsArticleTests {
    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        let article = try Article("Docs/operations.md", compiledIn: #filePath)
        #expect(article.names == ["plan", "engine"])
        for name in article.names {
            let block = try #require(article.block(name))
            #expect(article.fences.contains(block), "the article lacks the block '\(name)'")
        }
    }

    @Test("its example runs as it stands")
    func example() async throws {
        let tenants = Tenants()
        // The group's other task ends with a cancellation.
        do { try await article(tenants, MemoryPlatformStore(), silent) } catch is CancellationError {}
        #expect(tenants.deeds.all == ["stop ada", "stop bob", "mail unpaid"])
    }
}
