import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("Templates of runtimes as resources")
struct RuntimeTemplateTests {
    private static func template(
        _ name: String, in namespace: String = PlatformSettings.namespace, _ change: (inout RuntimeTemplateSpec) -> Void = { _ in }
    ) -> RuntimeTemplate {
        var spec = RuntimeTemplateSpec(command: ["serve", namespace])
        change(&spec)
        return RuntimeTemplate(name: name, in: namespace, spec: spec)
    }

    private func context(_ offered: RuntimeTemplate...) -> RuntimeContext {
        var context = Fixture.context
        context.offered = offered
        return context
    }

    @Test("a project's own come before the platform's, and those before claw.yaml's")
    func order() throws {
        let runtime = Fixture.runtime(template: "tools")
        #expect(try RuntimeCell(runtime, context()).command == ["tools", "--serve"])
        let platform = Self.template("tools")
        #expect(try RuntimeCell(runtime, context(platform)).command == ["serve", "clawkit-system"])
        let own = Self.template("tools", in: "demo")
        #expect(try RuntimeCell(runtime, context(platform, own)).command == ["serve", "demo"])
    }

    @Test("an unknown one is refused, and all there are are named")
    func unknown() {
        let findings = RuntimeKind.admit(Fixture.runtime(template: "nope"), context(Self.template("extra")))
        #expect(findings.map(\.code) == [.unknownTemplate])
        #expect(findings.first?.message.contains("default, extra, tools") == true)
    }

    @Test(
        "a runtime gets the default of a resource, or what it asks for within the range",
        arguments: [
            (nil, "1", nil), ("500m", "500m", nil), ("2", "2", nil), ("2500m", nil, FindingCode.resourceRange),
            ("100m", nil, .resourceRange), ("much", nil, .badQuantity), ("-1", nil, .badQuantity),
        ] as [(String?, String?, FindingCode?)])
    func ranges(asked: String?, amount: String?, code: FindingCode?) throws {
        let template = Self.template("sized") {
            $0.resources = ["cpu": RuntimeResource(default: "1", min: "250m", max: "2")]
        }
        let runtime = Fixture.runtime(template: "sized") { spec in
            if let asked { spec["resources"] = ["cpu": .string(asked)] }
        }
        #expect(RuntimeKind.admit(runtime, context(template)).map(\.code) == (code.map { [$0] } ?? []))
        guard code == nil else { return }
        let resources = try RuntimeCell(runtime, context(template)).pod.spec?.containers.first?.resources
        #expect(resources?.limits["cpu"]?.text == amount)
        #expect(resources?.requests["cpu"]?.text == amount)
    }

    @Test("of rest a template speaks for runtimes that say nothing; each rule that one has itself holds as a whole")
    func rest() {
        let template = Self.template("plain") {
            $0.idle = RuntimeIdle(afterSeconds: 600)
            $0.wake = RuntimeWake(document: ["holdSeconds": 30])
            $0.checkpoint = RuntimeCheckpoint(on: [.stop])
        }
        func ruled(_ spec: JSONObject) -> Runtime {
            var runtime = Fixture.runtime(template: "plain") { document in for (name, rule) in spec { document[name] = rule } }
            runtime.status.defaults = context(template).defaults(of: runtime)
            return runtime
        }
        let silent = ruled([:])
        #expect(silent.idle?.afterSeconds == 600 && silent.wake.holdSeconds == 30 && silent.checkpoint?.rests == [.stop])
        let own = ruled(["idle": ["sleepAt": "0 22 * * *"], "wake": ["onRequest": false]])
        #expect(own.idle?.sleepAt == "0 22 * * *" && own.idle?.afterSeconds == nil)
        #expect(!own.wake.onRequest && own.wake.holdSeconds == 15 && own.checkpoint?.rests == [.stop])
        let never = ruled(["idle": [:], "checkpoint": ["on": ["Never"]]])
        #expect(never.idle?.afterSeconds == nil && never.status.defaults?.document["idle"] == nil)
        #expect(never.checkpoint?.rests == [.never] && never.checkpoint?.keepsOnDrain == false)
        #expect(ruled(["placement": ["capacity": "edge"]]).status.defaults == nil, "it is not the platform's to put to rest")
        let plain = Fixture.runtime(template: "tools")
        #expect(context(template).defaults(of: plain) == nil)
    }

    @Test("hours of a template that nobody can read are its own fault, and refuse its runtimes")
    func hours() {
        let template = Self.template("plain") { $0.idle = RuntimeIdle(document: ["sleepAt": "never ever"]) }
        let findings = RuntimeKind.admit(Fixture.runtime(template: "plain"), context(template))
        #expect(findings.map(\.code) == [.badSchedule])
        #expect(findings.first?.field == "spec.template")
    }

    @Test("what a template does not give, nobody gets; whoever brings the program says what it needs")
    func notGiven() {
        let runtime = Fixture.runtime(template: "plain") { $0["resources"] = ["nvidia.com/gpu": "1"] }
        let findings = RuntimeKind.admit(runtime, context(Self.template("plain")))
        #expect(findings.map(\.code) == [.resourceRange])
        #expect(findings.first?.field == "spec.resources.nvidia.com/gpu")
        let own = Fixture.runtime { spec in
            spec["command"] = ["mine"]
            spec["resources"] = ["memory": "1Gi"]
        }
        #expect(RuntimeKind.admit(own, Fixture.context).isEmpty)
    }

    @Test("its variables are a layer: over the platform's, under the project's")
    func variables() throws {
        let template = Self.template("plain") {
            $0.variables = [EnvironmentVariable("A", value: "template"), EnvironmentVariable("B", value: "template")]
        }
        var context = context(template)
        context.layers = [
            EnvironmentStatement(EnvironmentOrigin(.platform, "p"), [.init("A", .value("platform"))]),
            EnvironmentStatement(EnvironmentOrigin(.project, "q"), [.init("B", .value("project"))]),
        ]
        let env = try RuntimeCell(Fixture.runtime(template: "plain"), context).env
        #expect(env.first { $0.name == "A" }?.value == "template")
        #expect(env.first { $0.name == "B" }?.value == "project")
    }

    @Test("models and volume are the template's where the runtime does not say so itself")
    func defaults() throws {
        let template = Self.template("plain") { spec in
            spec.document["models"] = ["gpt"]
            spec.document["volume"] = ["size": "5Gi", "retention": "Wipe"]
        }
        let plain = try RuntimeCell(Fixture.runtime(template: "plain"), context(template))
        #expect(plain.models == ["gpt"])
        #expect(plain.volumeSize.text == "5Gi")
        #expect(RuntimeKind.wipes(Fixture.runtime(template: "plain"), context(template)))
        let ownRuntime = Fixture.runtime(template: "plain") { spec in
            spec["models"] = ["echo"]
            spec["volume"] = ["size": "2Gi"]
        }
        let own = try RuntimeCell(ownRuntime, context(template))
        #expect(own.models == ["echo"])
        #expect(own.volumeSize.text == "2Gi")
        #expect(!RuntimeKind.wipes(ownRuntime, context(template)))
    }

    @Test("a policy that demands digests counts for a template's image")
    func digests() throws {
        var policy = Policy(name: "platform")
        policy.spec.document = ["images": ["digests": "Required"]]
        let digest = "registry.test/a@sha256:" + String(repeating: "a", count: 64)
        for (image, isAllowed) in [("registry.test/a:1", false), (digest, true)] {
            var context = context(Self.template("plain") { $0.image = image })
            context.policy = .success(try LayeredPolicy([policy]))
            let codes = RuntimeKind.admit(Fixture.runtime(template: "plain"), context).map(\.code)
            #expect(codes == (isAllowed ? [] : [.policyRefused]))
        }
    }

    @Test("runtimes follow their template; it says itself what is wrong with it")
    func cluster() async throws {
        try await withRuntimes { world in
            try await PlatformSettings.makeNamespace(in: world.client)
            _ = try await world.client.create(Self.template("web"))
            try await world.start(template: "web")
            try await world.reach(.ready)
            let first = try #require(try await world.pod())
            #expect(first.spec?.containers.first?.command == ["serve", "clawkit-system"])
            // The project's own takes its place.
            _ = try await world.client.create(Self.template("web", in: "demo"))
            try await eventually("the pod is of the project's own") {
                try await world.pod()?.spec?.containers.first?.command == ["serve", "demo"]
            }
            try await world.reach(.ready)
            _ = try await world.client.mergePatch(
                RuntimeTemplate.self, "web", in: "demo",
                ["spec": ["resources": ["cpu": ["default": "2", "max": "1"]]]])
            try await eventually("it says so") {
                let condition = try await world.client.get(RuntimeTemplate.self, "web", in: "demo").status.conditions.first
                return condition?.status == "False" && condition?.message.contains("spec.resources.cpu") == true
            }
        }
    }

    @Test("a program of its own needs no template, and pods of the same template have one shape")
    func shape() throws {
        let template = Self.template("plain")
        let ada = try RuntimeCell(Fixture.runtime(template: "plain"), context(template))
        let bob = try RuntimeCell(
            Fixture.runtime(template: "plain") { spec in
                spec["user"] = "bob"
                spec["env"] = [["name": "A", "value": "1"]]
                spec["models"] = ["gpt"]
                spec["volume"] = ["size": "9Gi"]
            }, context(template))
        #expect(ada.shape == bob.shape)
        #expect(ada.settings != bob.settings)
    }
}
