import Foundation
import Testing

/// A Python with the packages `kubernetes` and `kopf`: `make test-full` makes one.
private let python: String? = Programs.system("python3").flatMap { program in
    let library = URL(filePath: program).deletingLastPathComponent().deletingLastPathComponent().appending(path: "lib")
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: library.path())) ?? []
    return versions.contains { version in
        ["kubernetes", "kopf"].allSatisfy {
            FileManager.default.fileExists(atPath: library.appending(path: "\(version)/site-packages/\($0)").path())
        }
    } ? program : nil
}

/// Clients of another language, unchanged.
@Suite(
    "Python on the embedded cluster",
    .enabled(
        if: python != nil && KubectlBench.program != nil,
        "needs kubectl and Python's kubernetes and kopf: make test-full installs them where PyPI can be reached"))
struct PythonClientTests {
    @Test("the kubernetes package creates, lists by pages, watches, patches, scales, executes and reads logs")
    func kubernetes() async throws {
        try await KubectlBench.run("--process-node") { bench in
            try bench.write(Self.client, to: "client.py")
            let outcome = try await run(python ?? "", ["client.py", bench.kubeconfig], in: bench.directory)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test("a kopf operator sees ships launched, changed and sunk")
    func kopf() async throws {
        try await KubectlBench.run { bench in
            try bench.write(Self.definition, to: "crd.yaml")
            try bench.write(Self.operator, to: "ships.py")
            try await bench.expect("apply -f crd.yaml", "created")
            try await bench.expect(
                "wait --for=condition=Established crd/ships.example.com --timeout=10s", "condition met")
            let process = Process()
            process.executableURL = URL(filePath: python ?? "")
            process.arguments = ["-m", "kopf", "run", "ships.py", "--standalone", "-n", "default"]
            process.environment = ProcessInfo.processInfo.environment.merging(["KUBECONFIG": bench.kubeconfig]) { $1 }
            process.currentDirectoryURL = bench.directory
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            defer { kill(process.processIdentifier, SIGKILL) }

            try bench.write(
                "{apiVersion: example.com/v1, kind: Ship, metadata: {name: ada}, spec: {sails: 3}}", to: "ship.yaml")
            try await bench.expect("apply -f ship.yaml", "created")
            try await bench.expect(
                "wait ship/ada --for=jsonpath={.status.created.sails}=6 --timeout=40s", "condition met")
            try await bench.expect(#"patch ship ada --type=merge -p {"spec":{"sails":5}}"#, "patched")
            try await bench.expect("wait ship/ada --for=jsonpath={.status.changed}=3->5 --timeout=40s", "condition met")
            try await bench.expect("get events", "Launched", "ship/ada")
            // The operator's finalizer holds the object until its handler has run.
            try await bench.expect("delete ship ada --timeout=40s", "deleted")
        }
    }

    private static let definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: ships.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: ships, singular: ship, kind: Ship}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """

    private static let `operator` = """
        import kopf

        @kopf.on.create("example.com", "v1", "ships")
        def created(body, spec, **_):
            kopf.info(body, reason="Launched", message="launched")
            return {"sails": spec["sails"] * 2}

        @kopf.on.update("example.com", "v1", "ships", field="spec.sails")
        def changed(old, new, patch, **_):
            patch.status["changed"] = f"{old}->{new}"

        @kopf.on.delete("example.com", "v1", "ships")
        def deleted(**_):
            pass
        """

    private static let client = """
        import sys, base64
        from kubernetes import client, config, watch
        from kubernetes.stream import stream

        config.load_kube_config(sys.argv[1])
        core, apps, custom = client.CoreV1Api(), client.AppsV1Api(), client.CustomObjectsApi()
        ns = "python"
        core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=ns)))
        core.create_namespaced_config_map(ns, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="c"), data={"a": "1"}))
        core.create_namespaced_secret(ns, client.V1Secret(metadata=client.V1ObjectMeta(name="s"), string_data={"p": "x"}))
        assert base64.b64decode(core.read_namespaced_secret("s", ns).data["p"]) == b"x"
        first = core.list_namespaced_config_map(ns)
        assert "c" in [item.metadata.name for item in first.items], first
        core.patch_namespaced_config_map("c", ns, {"data": {"b": "2"}})
        seen = []
        since = first.metadata.resource_version
        for event in watch.Watch().stream(
                core.list_namespaced_config_map, ns, resource_version=since, timeout_seconds=10):
            seen.append((event["type"], event["object"].metadata.name))
            if ("MODIFIED", "c") in seen: break
        assert ("MODIFIED", "c") in seen, seen
        page = core.list_namespaced_config_map(ns, limit=1)
        assert len(page.items) == 1
        try:
            core.read_namespaced_config_map("absent", ns); assert False
        except client.ApiException as error:
            assert error.status == 404 and "not found" in error.body

        def spec(script):
            container = client.V1Container(name="main", image="none", command=["sh", "-c", script])
            return client.V1PodSpec(containers=[container], termination_grace_period_seconds=1)

        meta = client.V1ObjectMeta
        core.create_namespaced_pod(ns, client.V1Pod(metadata=meta(name="p"), spec=spec("echo ready; sleep 100")))
        for event in watch.Watch().stream(core.list_namespaced_pod, ns, timeout_seconds=30):
            if event["object"].status.phase == "Running": break
        else:
            raise SystemExit("the pod does not run")
        answer = stream(core.connect_get_namespaced_pod_exec, "p", ns, command=["sh", "-c", "echo hello; echo bad >&2"],
                        stderr=True, stdin=False, stdout=True, tty=False)
        assert "hello" in answer and "bad" in answer, answer
        assert "ready" in core.read_namespaced_pod_log("p", ns)
        template = client.V1PodTemplateSpec(metadata=meta(labels={"app": "d"}), spec=spec("sleep 100"))
        desired = client.V1DeploymentSpec(replicas=2, selector={"matchLabels": {"app": "d"}}, template=template)
        apps.create_namespaced_deployment(ns, client.V1Deployment(metadata=meta(name="d"), spec=desired))
        for event in watch.Watch().stream(apps.list_namespaced_deployment, ns, timeout_seconds=30):
            if event["object"].status.ready_replicas == 2: break
        else:
            raise SystemExit("the deployment is not ready")
        apps.patch_namespaced_deployment_scale("d", ns, {"spec": {"replicas": 1}})
        assert apps.read_namespaced_deployment_scale("d", ns).spec.replicas == 1
        core.delete_namespace(ns)
        """
}
