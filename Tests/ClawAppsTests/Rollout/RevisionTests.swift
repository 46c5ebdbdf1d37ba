import ClawApps
import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("Revisions of a rollout")
struct RevisionTests {
    private func good(_ change: (inout Rollout.Spec) -> Void = { _ in }) -> World {
        var world = World(Manifests.small("web", change))
        world.pass()
        world.comeUp()
        world.pass()
        return world
    }

    @Test("every change of the spec is recorded, and no record ever changes")
    func recorded() {
        var world = good()
        let first = world.objects.compactMap { $0 as? ControllerRevision }.first
        for tag in ["1.29.2", "1.29.1"] {
            world.edit { $0.image.tag = tag }
            world.pass()
            world.comeUp()
            world.pass()
        }
        #expect(world.records == ["web-1", "web-2", "web-3"])
        #expect(world.objects.compactMap { $0 as? ControllerRevision }.first { $0.name == "web-1" } == first)
        #expect(world.rollout.status.revision.lastGood == "web-3")
    }

    @Test("a record holds the spec without its secrets, which are in a Secret that cannot be changed")
    func secrets() throws {
        let world = World(try Manifests.rollout(Manifests.full))
        let children = try RolloutKind().desire(world.rollout, Observed())
        let record = try #require(children.of(ControllerRevision.self).first)
        #expect(record.data?["spec"]?["secrets"]?[0] == ["name": "PASSWORD", "value": ""])
        let name = try #require(record.data?["secretName"]?.string)
        let secret = try #require(children.of(KubernetesSecret.self).first { $0.name == name })
        #expect(secret.immutable == true)
        #expect(secret.data["secrets.0"].flatMap(Base64.decode) == Array("hunter2-secret".utf8))
        #expect(secret.data["image.password"] != nil)
    }

    @Test("revisions with equal secrets share the Secret; without secrets there is none")
    func sharedSecret() {
        var world = good { $0.secrets = [.init("A", "1")] }
        func secrets() -> Int { world.objects.count { $0 is KubernetesSecret } }
        #expect(secrets() == 2)
        world.edit { $0.image.tag = "2" }
        world.pass()
        #expect(secrets() == 2)
        world.edit { $0.secrets = [.init("A", "2")] }
        world.pass()
        #expect(secrets() == 3)
        #expect(good().objects.allSatisfy { !($0 is KubernetesSecret) })
    }

    @Test("so many are remembered as asked for, the newest; that which runs and the last good one always are")
    func history() {
        var world = good()
        world.rollout.annotations[RolloutAnnotation.revisionHistory] = "3"
        for tag in 2...9 {
            world.edit { $0.image.tag = "\(tag)" }
            world.pass()
        }
        #expect(world.records == ["web-1", "web-7", "web-8", "web-9"])
        world.comeUp()
        world.pass()
        world.pass()
        #expect(world.records == ["web-7", "web-8", "web-9"])
    }

    @Test("ten are remembered where nothing is asked for")
    func tenRevisions() {
        var world = good()
        for tag in 2...15 {
            world.edit { $0.image.tag = "\(tag)" }
            world.pass()
            world.comeUp()
            world.pass()
        }
        world.pass()
        #expect(world.records.count == 10)
        #expect(!world.records.contains("web-5") && world.records.contains("web-6"))
    }

    @Test("pods that do not come up in time give way to the last good revision, until the spec changes")
    func returned() {
        var world = good { $0.secrets = [.init("A", "old")] }
        let before = world.deployment?.spec?.template
        world.edit {
            $0.image.tag = "broken"
            $0.secrets = [.init("A", "new")]
        }
        world.pass()
        #expect(world.image == "docker.io/library/nginx:broken")
        world.stayDown(isLate: false)
        world.pass()
        #expect(world.condition(.progressing) == "True RollingOut")
        world.stayDown()
        world.pass()
        #expect(world.rollout.status.revision.failed == "web-2")
        world.pass()
        #expect(world.deployment?.spec?.template == before)
        let secret = world.objects.compactMap { $0 as? KubernetesSecret }.first { $0.name == "web-secrets" }
        #expect(secret?.data["A"] == Base64.encode(Array("old".utf8)))
        world.comeUp()
        world.pass()
        #expect(world.condition(.ready) == "False ReturnedToLastGood")
        #expect(world.condition(.progressing) == "False ProgressDeadlineExceeded")
        #expect(world.condition(.degraded) == "True ReturnedToLastGood")
        #expect(world.rollout.spec.image.tag == "broken")
        let settled = world.rollout.status
        world.pass()
        #expect(world.rollout.status == settled)

        world.edit { $0.image.tag = "mended" }
        world.pass()
        #expect(world.image == "docker.io/library/nginx:mended")
        world.comeUp()
        world.pass()
        #expect(world.condition(.ready) == "True Serving")
        #expect(world.rollout.status.revision.lastGood == "web-3")
        #expect(world.rollout.status.revision.failed == nil)
    }

    @Test("without a good revision there is nothing to return to; pods that come up late are good all the same")
    func nothingGood() {
        var world = World(Manifests.small())
        world.pass()
        world.stayDown()
        world.pass()
        #expect(world.condition(.degraded) == "True ProgressDeadlineExceeded")
        world.pass()
        #expect(world.image == "docker.io/library/nginx:1.29.1")
        world.comeUp()
        world.pass()
        #expect(world.condition(.ready) == "True Serving")
        #expect(world.rollout.status.revision.failed == nil)
    }

    @Test("an annotation keeps a revision that does not come up")
    func noReturn() {
        var world = good()
        world.rollout.annotations[RolloutAnnotation.autoReturn] = "false"
        world.edit { $0.image.tag = "broken" }
        world.pass()
        world.stayDown()
        world.pass()
        world.pass()
        #expect(world.image == "docker.io/library/nginx:broken")
        #expect(world.condition(.degraded) == "True ProgressDeadlineExceeded")
    }

    @Test("rollback runs an earlier revision with its secrets, and leaves the spec as it is")
    func rollback() {
        var world = good { $0.secrets = [.init("A", "old")] }
        world.edit {
            $0.image.tag = "2"; $0.secrets = [.init("A", "new")]
        }
        world.pass()
        world.comeUp()
        world.pass()
        world.rollout.annotations[RolloutAnnotation.rollbackTo] = "web-1"
        world.pass()
        #expect(world.image == "docker.io/library/nginx:1.29.1")
        world.comeUp()
        world.pass()
        #expect(world.condition(.ready) == "True RolledBack")
        #expect(world.rollout.spec.image.tag == "2")
        let secret = world.objects.compactMap { $0 as? KubernetesSecret }.first { $0.name == "web-secrets" }
        #expect(secret?.data["A"] == Base64.encode(Array("old".utf8)))
        world.rollout.annotations[RolloutAnnotation.rollbackTo] = nil
        world.pass()
        #expect(world.image == "docker.io/library/nginx:2")
    }

    @Test("a rollback for one generation ends when the spec changes")
    func rollbackOnce() {
        var world = good()
        world.edit { $0.image.tag = "2" }
        world.pass()
        world.rollout.annotations[RolloutAnnotation.rollbackTo] = "web-1@2"
        world.pass()
        #expect(world.image == "docker.io/library/nginx:1.29.1")
        world.edit { $0.image.tag = "3" }
        world.pass()
        #expect(world.image == "docker.io/library/nginx:3")
    }

    @Test(
        "a revision that is not remembered is a finding, and nothing changes",
        arguments: ["web-9", "other-1", "../x", "@"])
    func unknown(_ name: String) {
        var world = good()
        let before = world.deployment
        world.rollout.annotations[RolloutAnnotation.rollbackTo] = name
        world.pass()
        #expect(world.deployment == before)
        if name != "@" { #expect(world.condition(.admitted) == "False Refused") }
    }

    @Test(
        "a record that somebody broke is no revision",
        arguments: [JSON.null, [:], ["spec": 5], ["spec": [:], "secretName": "gone"]])
    func broken(_ data: JSON) {
        var world = good()
        world.objects.append(
            ControllerRevision(metadata: ObjectMeta(name: "web-0", namespace: "p1"), revision: 0, data: data))
        world.rollout.annotations[RolloutAnnotation.rollbackTo] = "web-0"
        world.pass()
        #expect(world.image == "docker.io/library/nginx:1.29.1")
        #expect(world.condition(.admitted) == "False Refused")
    }
}
