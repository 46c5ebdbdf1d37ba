import Foundation
import Testing

/// `kubectl rollout` with the kinds that keep their history in ControllerRevisions.
@Suite("kubectl's rollouts", .enabled(if: KubectlBench.program != nil, KubectlBench.missing))
struct KubectlRolloutTests {
    @Test(
        "status, history, undo and restart of StatefulSets and DaemonSets",
        arguments: [("StatefulSet", "  serviceName: app\n  replicas: 2\n"), ("DaemonSet", "")])
    func revisions(kind: String, extra: String) async throws {
        try await KubectlBench.run("--simulated-nodes", "2") { kubectl in
            let target = "\(kind.lowercased())/app"
            try kubectl.write(
                """
                apiVersion: apps/v1
                kind: \(kind)
                metadata: {name: app}
                spec:
                \(extra)  selector: {matchLabels: {app: app}}
                  template:
                    metadata: {labels: {app: app}}
                    spec: {containers: [{name: main, image: one}]}
                """, to: "app.yaml")
            let image = "get \(target) -o jsonpath={.spec.template.spec.containers[0].image}"
            let done = kind == "DaemonSet" ? "successfully rolled out" : "partitioned roll out complete: 2 new pods"
            try await kubectl.expect("apply -f app.yaml", "created")
            try await kubectl.expect("rollout status \(target) --timeout=60s", done)
            try await kubectl.expect("set image \(target) main=two", "image updated")
            try await kubectl.expect("rollout status \(target) --timeout=60s", done)
            try await kubectl.expect("get pods -l app=app -o jsonpath={.items[*].spec.containers[0].image}", "two two")
            try await kubectl.expect("rollout history \(target)", "REVISION", "1 ", "2 ")
            try await kubectl.expect("rollout history \(target) --revision=1", "one")
            try await kubectl.expect("rollout history \(target) --revision=2", "two")
            try await kubectl.expect("rollout undo \(target) --dry-run=server", "rolled back (server dry run)")
            try await kubectl.expect("rollout undo \(target)", "rolled back")
            try await kubectl.expect("rollout status \(target) --timeout=60s", done)
            try await kubectl.expect(image, "one")
            try await kubectl.expect("rollout undo \(target)", "rolled back")
            try await kubectl.expect("rollout status \(target) --timeout=60s", done)
            try await kubectl.expect(image, "two")
            try await kubectl.expect("rollout undo \(target) --to-revision=3", "rolled back")
            try await kubectl.expect("rollout restart \(target)", "restarted")
            try await kubectl.expect("rollout status \(target) --timeout=60s", done)
            try await kubectl.expect("get pods -l app=app -o yaml", "kubectl.kubernetes.io/restartedAt")
            let gone = try await kubectl("rollout", "undo", target, "--to-revision=1")
            #expect(gone.status == 1 && gone.errors.contains("unable to find specified revision 1"), "\(gone)")
        }
    }
}
