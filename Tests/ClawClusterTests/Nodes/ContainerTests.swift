import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@Suite("What a container on a process node gets and does", .serialized)
struct ContainerTests {
    @Test("a container gets its declared environment, and little else")
    func environment() async throws {
        try await NodeFixture.run { fixture in
            let api = fixture.api
            _ = try await api.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: "keys", namespace: "default"), stringData: ["token": "s3cret"]))
            _ = try await api.create(
                ConfigMap(
                    metadata: ObjectMeta(name: "settings", namespace: "default"), data: ["MODE": "quick", "LEVEL": "3"])
            )
            let script = "echo $TOKEN $APP_MODE $WHERE $APP_LABEL $GREETING $1; env | cut -d= -f1 | sort | tr '\\n' ' '"
            var container = NodeFixture.shell(
                script,
                env: [
                    EnvVar(
                        name: "TOKEN",
                        valueFrom: EnvVarSource(secretKeyRef: SecretKeySelector(key: "token", name: "keys"))),
                    EnvVar(
                        name: "WHERE",
                        valueFrom: EnvVarSource(fieldRef: ObjectFieldSelector(fieldPath: "metadata.namespace"))),
                    EnvVar(
                        name: "APP_LABEL",
                        valueFrom: EnvVarSource(fieldRef: ObjectFieldSelector(fieldPath: "metadata.labels['app']"))),
                    EnvVar(name: "GREETING", value: "$(TOKEN)-$$(TOKEN)-$(NONE)"),
                    EnvVar(
                        name: "MAYBE",
                        valueFrom: EnvVarSource(
                            secretKeyRef: SecretKeySelector(key: "no", name: "nobody", optional: true))),
                ])
            container.envFrom = [EnvFromSource(configMapRef: ConfigMapEnvSource(name: "settings"), prefix: "APP_")]
            container.args = ["sh", "$(APP_LEVEL)"]
            try await fixture.start("env", [container], restartPolicy: "Never")
            try await fixture.waitFor("env") { $0.status?.phase == "Succeeded" }
            let lines = try await fixture.log("env").split(separator: "\n")
            #expect(lines.first == "s3cret quick default env s3cret-$(TOKEN)-$(NONE) 3")
            let names = Set(lines.last?.split(separator: " ").map(String.init) ?? [])
            let allowed = Set(ProcessNodeConfiguration().inheritedEnvironment).union([
                "TOKEN", "APP_MODE", "APP_LEVEL", "WHERE", "APP_LABEL", "GREETING", "HOSTNAME", "CLAW_CONTAINER", "PWD",
                "SHLVL", "_",
                "OLDPWD",
            ])
            #expect(names.subtracting(allowed) == [])
        }
    }

    @Test("a missing secret keeps the container waiting with the reason; it starts once the secret is there")
    func missingSecret() async throws {
        try await NodeFixture.run { fixture in
            let variable = EnvVar(
                name: "T", valueFrom: EnvVarSource(secretKeyRef: SecretKeySelector(key: "token", name: "late")))
            try await fixture.start("web", [NodeFixture.shell("echo $T; exec sleep 60", env: [variable])])
            let waiting = try await fixture.waitFor("web") {
                $0.main?.state?.waiting?.reason == "CreateContainerConfigError"
            }
            #expect(waiting.main?.state?.waiting?.message == "secret \"late\" not found")
            #expect(waiting.status?.phase == "Pending")
            _ = try await fixture.api.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: "late", namespace: "default"), stringData: ["token": "now"]))
            let ready = try await fixture.waitFor("web") { $0.isReadyPod }
            #expect(ready.main?.restartCount == 0)
            #expect(try await fixture.waitForLog("web") { $0.hasSuffix("\n") } == "now\n")
        }
    }

    @Test("a container without a command is told that nodes of this kind run commands, not images")
    func noCommand() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("image", [Container(name: "main", image: "nginx")])
            let pod = try await fixture.waitFor("image") {
                $0.main?.state?.waiting?.reason == "CreateContainerConfigError"
            }
            #expect(pod.main?.state?.waiting?.message?.contains("runs commands, not images") == true)
        }
    }

    @Test("a program that does not exist is a start error, and backs off")
    func noProgram() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start("gone", [Container(name: "main", image: "none", command: ["/nowhere/program"])])
            let pod = try await fixture.waitFor("gone") {
                ($0.main?.restartCount ?? 0) >= 2 && $0.main?.lastState?.terminated != nil
            }
            #expect(pod.main?.lastState?.terminated?.reason == "StartError")
            #expect(pod.main?.lastState?.terminated?.exitCode == 128)
        }
    }

    @Test("a declared port becomes a free one of this machine: told to the process, written on the pod, and kept")
    func ports() async throws {
        try await NodeFixture.run { fixture in
            let server = """
                import http.server, os
                class H(http.server.BaseHTTPRequestHandler):
                    def do_GET(self):
                        self.send_response(200 if self.path == '/ready' else 500); self.end_headers()
                    def log_message(self, *a): pass
                http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()
                """
            let container = Container(
                name: "main", image: "none", command: ["python3", "-c", server],
                ports: [ContainerPort(containerPort: 8080, name: "http")],
                env: [EnvVar(name: "PORT", value: "8080")],
                readinessProbe: Probe(httpGet: HTTPGetAction(port: "http", path: "/ready"), periodSeconds: 10))
            try await fixture.start("one", [container])
            try await fixture.start("two", [container])
            let one = try await fixture.waitFor("one") { $0.isReadyPod }
            let two = try await fixture.waitFor("two") { $0.isReadyPod }
            let endpoint = try #require(one.endpoint(port: 8080))
            #expect(endpoint == one.endpoint(port: "http"))
            #expect(endpoint.host == "127.0.0.1")
            #expect(endpoint.port != two.endpoint(port: 8080)?.port)
            let pid = try #require(one.pid)
            kill(pid, SIGKILL)
            let again = try await fixture.waitFor("one") { $0.isReadyPod && $0.main?.restartCount == 1 }
            #expect(again.endpoint(port: 8080) == endpoint)
        }
    }

    @Test("a container that fails its liveness probe is ended and starts again")
    func liveness() async throws {
        try await NodeFixture.run { fixture in
            var container = NodeFixture.shell("touch healthy; exec sleep 60")
            container.livenessProbe = Probe(
                exec: ExecAction(command: ["sh", "-c", "test -e healthy && ! test -e broken"]), failureThreshold: 1,
                periodSeconds: 1)
            container.readinessProbe = Probe(exec: ExecAction(command: ["test", "-e", "healthy"]))
            container.volumeMounts = [VolumeMount(name: "work", mountPath: "/work")]
            container.workingDir = "/work"
            try await fixture.start(
                "sick", [container], volumes: [Volume(name: "work", emptyDir: EmptyDirVolumeSource())])
            let pod = try await fixture.waitFor("sick") { $0.isReadyPod }
            let directory = "\(fixture.root)/node/pods/\(pod.uid ?? "")/volumes/work"
            _ = FileManager.default.createFile(atPath: "\(directory)/broken", contents: nil)
            try await fixture.waitFor("sick") { ($0.main?.restartCount ?? 0) > 0 }
            try FileManager.default.removeItem(atPath: "\(directory)/broken")
            let end = try await fixture.waitFor("sick") { $0.isReadyPod }
            #expect(end.main?.lastState?.terminated?.signal == 15)
        }
    }

    @Test("volumes of secrets and config maps are files with the right rights; emptyDir goes with the pod")
    func volumes() async throws {
        try await NodeFixture.run { fixture in
            _ = try await fixture.api.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: "keys", namespace: "default"),
                    stringData: ["token": "s3cret", "other": "x"]))
            _ = try await fixture.api.create(
                ConfigMap(
                    metadata: ObjectMeta(name: "settings", namespace: "default"), data: ["mode": "quick"]))
            let mounts = [
                VolumeMount(name: "keys", mountPath: "/keys"),
                VolumeMount(name: "settings", mountPath: "/etc/settings"),
                VolumeMount(name: "scratch", mountPath: "/scratch", subPath: "deep/down"),
            ]
            var container = NodeFixture.shell(
                "cat $1/renamed $2; stat -c %a $1/renamed $2; ls $1; cat -; pwd > \"$CLAW_VOLUME_SCRATCH/here\"",
                mounts: mounts)
            container.args = ["sh", "/keys", "/etc/settings/mode"]
            try await fixture.start(
                "files", [container], restartPolicy: "Never",
                volumes: [
                    Volume(
                        name: "keys",
                        secret: SecretVolumeSource(
                            items: [KeyToPath(key: "token", path: "renamed")], secretName: "keys")),
                    Volume(name: "settings", configMap: ConfigMapVolumeSource(name: "settings")),
                    Volume(name: "scratch", emptyDir: EmptyDirVolumeSource()),
                ])
            let pod = try await fixture.waitFor("files") { $0.status?.phase == "Succeeded" }
            #expect(try await fixture.log("files") == "s3cretquick600\n644\nrenamed\n")
            let directory = "\(fixture.root)/node/pods/\(pod.uid ?? "")"
            #expect(FileManager.default.fileExists(atPath: "\(directory)/volumes/scratch/deep/down/here"))
            try await fixture.api.delete(Pod.self, "files", in: "default")
            try await NodeFixture.eventually("the pod's directory is gone") {
                !FileManager.default.fileExists(atPath: directory)
            }
        }
    }

    @Test("a volume that a node of this kind cannot have is refused by name")
    func refusedVolume() async throws {
        try await NodeFixture.run { fixture in
            try await fixture.start(
                "nfs", [NodeFixture.shell("true")],
                volumes: [Volume(name: "share", nfs: NFSVolumeSource(path: "/x", server: "example.org"))])
            let pod = try await fixture.waitFor("nfs") {
                $0.main?.state?.waiting?.reason == "CreateContainerConfigError"
            }
            #expect(pod.main?.state?.waiting?.message?.contains("volume share is of a kind") == true)
        }
    }
}
