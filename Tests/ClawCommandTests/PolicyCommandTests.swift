import ClawBase
import ClawDocuments
import Foundation
import HTTPTypes
import Testing

@testable import claw

@Suite("Policies from the command line")
struct PolicyCommandTests {
    private let bench = Bench { request in
        switch (request.method, String(request.path)) {
        case (.put, "/api/v1/policies/project.shop"):
            let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
            guard body["rules"]?["security"] == "restricted" else {
                return Answer.finding("E_POLICY_WIDENS", "It is wider.", 422)
            }
            return Answer.json(["name": "project.shop", "rules": body["rules"] ?? .null])
        case (.get, "/api/v1/projects/shop/policy"):
            return Answer.json([
                "project": "shop", "rules": ["images": ["registries": ["ghcr.io/acme"]], "security": "restricted"],
                "sources": [
                    ["rule": "images.registries", "layer": "tenant.acme"], ["rule": "security", "layer": "project.shop"],
                ],
            ])
        default: return Answer.missing
        }
    }

    @Test("the rules of a YAML file are set; what is refused says its code")
    func set() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "rules.yaml").path()
        func set(_ text: String) async throws -> Bench.Outcome {
            try Data(text.utf8).write(to: URL(filePath: file))
            return await bench.run("policy", "set", "project.shop", "--file", file)
        }
        #expect(try await set("security: restricted\n").out == "policy project.shop set\n")
        let wider = try await set("security: privileged\n")
        #expect(wider.status == .refused && wider.error.contains("E_POLICY_WIDENS"))
        #expect(try await set("- security\n").status == .usage)
        #expect(await bench.run("policy", "set", "project.shop", "--file", "\(file).missing").status == .usage)
    }

    @Test("what holds is shown with the layers that say so")
    func effective() async {
        let text = await bench.run("policy", "effective", "shop")
        #expect(text.lines.map { $0.split(separator: " ").joined(separator: " ") } == [
            "RULE ALLOWS SAYS", "images.registries ghcr.io/acme tenant.acme", "security restricted project.shop",
        ])
        #expect(await bench.run("policy", "effective", "shop", "-o", "json").json?["project"] == "shop")
    }
}
