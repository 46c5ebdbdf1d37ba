import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@Suite("A process node runs pods", .serialized)
struct ProcessNodeTests {
    @Test("a pod runs as a process, is ready, logs, and ends with its object")
    func podRuns() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start(
                "web",
                [
                    NodeFixture.shell(
                        "echo hello $WHO; echo bad >&2; exec sleep 60", env: [EnvVar(name: "WHO", value: "ada")])
                ])
            let pod = try await fixture.waitFor("web") { $0.isReadyPod }
            #expect(pod.status?.phase == "Running")
            #expect(pod.status?.podIP == "127.0.0.1")
            #expect(pod.main?.restartCount == 0)
            let pid = try #require(pod.pid)
            #expect(NodeFixture.isAlive(pid))
            _ = try await fixture.waitForLog("web") { $0.contains("hello ada\n") && $0.contains("bad\n") }
            try await fixture.api.delete(Pod.self, "web", in: "default")
            try await fixture.api.waitUntilGone(Pod.self, "web", in: "default")
            #expect(!NodeFixture.isAlive(pid))
        }
    }

    @Test("a killed process starts again, and the restart is counted")
    func restart() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("web", [NodeFixture.shell("echo run; exec sleep 60")])
            let running = try await fixture.waitFor("web") { $0.isReadyPod }
            let first = try #require(running.pid)
            kill(first, SIGKILL)
            let again = try await fixture.waitFor("web") { $0.isReadyPod && $0.main?.restartCount == 1 }
            #expect(again.pid != first)
            #expect(again.main?.lastState?.terminated?.exitCode == 137)
            #expect(again.main?.lastState?.terminated?.signal == 9)
            #expect(try await fixture.log("web", ["previous": "true"]) == "run\n")
        }
    }

    @Test("a claim gets a directory that outlives the pod, and goes with the claim")
    func claim() async throws {
        try await NodeFixture.run { fixture in
            _ = try await fixture.api.create(
                PersistentVolumeClaim(
                    metadata: ObjectMeta(name: "data", namespace: "default"),
                    spec: PersistentVolumeClaimSpec(
                        accessModes: ["ReadWriteOnce"],
                        resources: VolumeResourceRequirements(requests: ["storage": "1Gi"]))))
            let volume = Volume(
                name: "data", persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: "data"))
            let mounts = [VolumeMount(name: "data", mountPath: "/data")]
            try await fixture.start(
                "first",
                [
                    NodeFixture.shell(
                        "echo kept > $FILE", env: [EnvVar(name: "FILE", value: "/data/file")], mounts: mounts)
                ],
                restartPolicy: "Never", volumes: [volume])
            try await fixture.waitFor("first") { $0.status?.phase == "Succeeded" }
            try await fixture.api.delete(Pod.self, "first", in: "default")
            try await fixture.api.waitUntilGone(Pod.self, "first", in: "default")
            try await fixture.start(
                "second", [NodeFixture.shell("cat \"$CLAW_VOLUME_DATA/file\"", mounts: mounts)], restartPolicy: "Never",
                volumes: [volume])
            try await fixture.waitFor("second") { $0.status?.phase == "Succeeded" }
            #expect(try await fixture.log("second") == "kept\n")
            let claim = try await fixture.api.get(PersistentVolumeClaim.self, "data", in: "default")
            #expect(claim.status?.phase == "Bound")
            let bound = try await fixture.api.get(PersistentVolume.self, claim.spec?.volumeName ?? "")
            let directory = try #require(bound.spec?.local?.path)
            try await fixture.api.delete(PersistentVolumeClaim.self, "data", in: "default")
            try await fixture.api.waitUntilGone(PersistentVolume.self, bound.name)
            #expect(!FileManager.default.fileExists(atPath: directory))
        }
    }
}
