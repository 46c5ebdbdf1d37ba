import Foundation
import Testing

/// What people do with kubectl, command by command, unchanged, against `claw cluster dev`.
@Suite("A walk with kubectl", .enabled(if: KubectlBench.program != nil, KubectlBench.missing))
struct KubectlWalkTests {
    @Test("create makes objects of every kind it knows; tokens, access and quotas are told")
    func create() async throws {
        try await KubectlBench.run("--simulated-nodes", "1") { kubectl in
            try await kubectl.expect("create namespace shop", "namespace/shop created")
            try await kubectl.expect("create configmap c -n shop --from-literal=a=1", "configmap/c created")
            try await kubectl.expect("create secret generic s -n shop --from-literal=p=hunter2", "secret/s created")
            try await kubectl.expect("create serviceaccount robot -n shop", "serviceaccount/robot created")
            try await kubectl.expect("create role reader -n shop --verb=get,list --resource=pods", "role.rbac")
            try await kubectl.expect(
                "create rolebinding reads -n shop --role=reader --serviceaccount=shop:robot", "rolebinding.rbac")
            try await kubectl.expect("create clusterrole nodes --verb=get --resource=nodes", "clusterrole.rbac")
            try await kubectl.expect("create quota few -n shop --hard=pods=10", "resourcequota/few created")
            try await kubectl.expect(
                "create poddisruptionbudget keep -n shop --selector=app=web --min-available=1", "created")
            try await kubectl.expect("create priorityclass high --value=1000", "created")
            try await kubectl.expect("create ingress web -n shop --rule=example.com/=web:80", "created")
            try await kubectl.expect("create job once -n shop --image=none -- true", "job.batch/once created")
            try await kubectl.expect("create cronjob nightly -n shop --image=none --schedule=@daily -- true", "created")
            try await kubectl.expect("create deployment web -n shop --image=none", "deployment.apps/web created")
            try await kubectl.expect("expose deployment web -n shop --port=80", "service/web exposed")
            try await kubectl.expect("run solo -n shop --image=none", "pod/solo created")
            try await kubectl.expect(
                "get all,configmap,secret,sa,role,rolebinding,quota,pdb,ingress -n shop", "pod/solo",
                "deployment.apps/web",
                "job.batch/once", "cronjob.batch/nightly", "service/web", "resourcequota/few", "Role/reader", "Opaque")
            try await kubectl.expect("get secret s -n shop -o jsonpath={.data.p}", "aHVudGVyMg==")
            try await kubectl.expect("describe namespace shop", "Resource Quotas", "few")

            let token = try await kubectl.expect("create token robot -n shop --duration=1h")
            #expect(token.split(separator: ".").count == 3)
            try await kubectl.expect("auth whoami", "Username", "system:masters")
            try await kubectl.expect("auth can-i list pods -n shop --as=system:serviceaccount:shop:robot", "yes")
            let refused = try await kubectl(
                "auth", "can-i", "delete", "pods", "-n", "shop", "--as=system:serviceaccount:shop:robot")
            #expect(refused.status == 1 && refused.output.contains("no"))
            try await kubectl.expect("auth can-i --list -n shop --as=system:serviceaccount:shop:robot", "[get list]")
            try await kubectl.expect("delete namespace shop --timeout=60s", "namespace \"shop\" deleted")
        }
    }

    @Test("what is served can be looked at: kinds, versions, fields, the cluster")
    func discovery() async throws {
        try await KubectlBench.run { kubectl in
            try await kubectl.expect("api-resources", "deployments", "deploy", "apps/v1", "customresourcedefinitions")
            try await kubectl.expect("api-versions", "batch/v1", "v1")
            try await kubectl.expect(
                "explain deployment.spec.strategy", "DeploymentStrategy", "rollingUpdate",
                "The deployment strategy to use to replace existing pods with new ones.")
            try await kubectl.expect("explain pod.spec.containers --recursive", "livenessProbe", "-required-")
            try await kubectl.expect("version", "Server Version: v1.36")
            try await kubectl.expect("cluster-info", "is running at")
            try await kubectl.expect("get --raw /readyz", "ok")
            try await kubectl.expect("get namespaces -o yaml", "kind: List", "kube-system")
            try await kubectl.expect(
                "get namespace default -o custom-columns=NAME:.metadata.name,P:.status.phase", "Active")
            try await kubectl.expect(
                "get namespaces --sort-by=.metadata.name --show-labels", "kubernetes.io/metadata.name=default")
        }
    }

    @Test("manifests: apply, diff, edit, patch, label, annotate, replace, server-side apply, wait, delete")
    func manifests() async throws {
        try await KubectlBench.run("--simulated-nodes", "1") { kubectl in
            try kubectl.write(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: app}
                data: {color: blue}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: app}
                spec:
                  replicas: 1
                  selector: {matchLabels: {app: app}}
                  template:
                    metadata: {labels: {app: app}}
                    spec: {containers: [{name: main, image: none}]}
                """, to: "app.yaml")
            try await kubectl.expect("apply -f app.yaml", "configmap/app created", "deployment.apps/app created")
            try await kubectl.expect("apply -f app.yaml", "configmap/app unchanged", "deployment.apps/app unchanged")
            try kubectl.change("app.yaml", "blue", "red")
            let difference = try await kubectl("diff", "-f", "app.yaml")
            #expect(difference.status == 1, "\(difference.errors)")
            #expect(difference.output.contains("-  color: blue\n+  color: red"), "\(difference.output)")
            try await kubectl.expect("apply -f app.yaml --dry-run=server", "configmap/app configured (server dry run)")
            try await kubectl.expect("get configmap app -o jsonpath={.data.color}", "blue")
            try await kubectl.expect("apply -f app.yaml --server-side", "configmap/app serverside-applied")
            try kubectl.write("sed s/red/green/ \"$1\" > edited && cp edited \"$1\"", to: "edit.sh")
            let editor = ["KUBE_EDITOR": "sh \(kubectl.directory.appending(path: "edit.sh").path())"]
            try await kubectl.expect("edit configmap app", "configmap/app edited", environment: editor)
            try await kubectl.expect("get configmap app -o jsonpath={.data.color}", "green")
            try await kubectl.expect(
                #"patch configmap app --type=json -p [{"op":"add","path":"/data/size","value":"2"}]"#, "patched")
            try await kubectl.expect(#"patch deployment app -p {"spec":{"replicas":1}}"#, "patched (no change)")
            try await kubectl.expect("label configmap app tier=front", "labeled")
            try await kubectl.expect("annotate configmap app note=hi", "annotated")
            try await kubectl.expect("get configmap -l tier=front -o name", "configmap/app")
            try await kubectl.expect("wait --for=jsonpath={.data.size}=2 configmap/app --timeout=5s", "condition met")
            try await kubectl.expect("wait --for=condition=Available deployment/app --timeout=30s", "condition met")
            try await kubectl.expect("replace -f app.yaml", "configmap/app replaced")
            try await kubectl.expect("get configmap app -o jsonpath={.data}", #"{"color":"red"}"#)
            try await kubectl.expect(
                "delete -f app.yaml", "configmap \"app\" deleted", "deployment.apps \"app\" deleted")
            try await kubectl.expect("wait --for=delete pod -l app=app --timeout=30s")
        }
    }

    @Test("rollouts: scale, set image, status, history, undo, pause, resume, restart, autoscale")
    func rollouts() async throws {
        try await KubectlBench.run("--simulated-nodes", "2") { kubectl in
            try await kubectl.expect("create deployment web --image=one --replicas=2")
            try await kubectl.expect("rollout status deployment/web --timeout=60s", "successfully rolled out")
            try await kubectl.expect("set image deployment/web one=two", "image updated")
            try await kubectl.expect("rollout status deployment/web --timeout=60s", "successfully rolled out")
            try await kubectl.expect("rollout history deployment/web", "1 ", "2 ")
            try await kubectl.expect("rollout undo deployment/web", "rolled back")
            try await kubectl.expect("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}", "one")
            try await kubectl.expect("rollout pause deployment/web", "paused")
            try await kubectl.expect("rollout resume deployment/web", "resumed")
            try await kubectl.expect("rollout restart deployment/web", "restarted")
            try await kubectl.expect("scale deployment/web --replicas=3", "scaled")
            try await kubectl.expect("rollout status deployment/web --timeout=60s", "successfully rolled out")
            try await kubectl.expect("get deployment web", "3/3", "UP-TO-DATE")
            try await kubectl.expect("get replicasets,pods -o wide -l app=web", "pod-template-hash", "Running")
            // Which flag there is depends on kubectl's version: --cpu came with 1.34, where --cpu-percent began to go.
            let knowsCPU = try await kubectl.expect("autoscale --help").contains("--cpu=")
            try await kubectl.expect(
                "autoscale deployment/web --min=1 --max=5 \(knowsCPU ? "--cpu=80%" : "--cpu-percent=80")", "autoscaled")
            try await kubectl.expect("get hpa web", "Deployment/web", "80%")
            try await kubectl.expect("describe deployment web", "NewReplicaSetAvailable", "3 available")
            try await kubectl.expect("events", "ReplicaSet/web-", "SuccessfulCreate")
            try await kubectl.expect("get events", "replicaset/web-", "Created pod")
        }
    }

    @Test("real pods: run, logs, top, and what is in them goes with the namespace")
    func pods() async throws {
        try await KubectlBench.run("--process-node") { kubectl in
            try await kubectl.expect("create namespace shop")
            try await kubectl.expect("run busy -n shop --image=none --command -- sleep 100")
            try await kubectl.expect("wait -n shop --for=condition=Ready pod/busy --timeout=30s", "condition met")
            try await kubectl.expect("create job hello -n shop --image=none -- echo hi there")
            try await kubectl.expect("wait -n shop --for=condition=complete job/hello --timeout=30s", "condition met")
            try await kubectl.expect("logs -n shop job/hello", "hi there")
            try await kubectl.expect("top node", "CPU(cores)", "local")
            try await kubectl.expect("top pod -n shop --containers", "busy")
            try await kubectl.expect("get pods -n shop -o wide", "Completed", "local", "1/1")
            try await kubectl.expect("describe pod busy -n shop", "Started container", "Service Account:  default")
            try await kubectl.expect(
                "debug -n shop busy --image=none --container=look --target=busy -- echo looked around")
            _ = try await eventually(within: .seconds(20), "the ephemeral container's log") {
                try await kubectl("logs", "-n", "shop", "busy", "-c", "look").output.contains("looked around")
                    ? true : nil
            }
            try await kubectl.expect("get pod busy -n shop", "1/1")
            try await kubectl.expect("delete namespace shop --timeout=60s", "deleted")
        }
    }

    @Test("nodes: taint, cordon, drain by eviction, uncordon; certificates are approved and issued")
    func nodes() async throws {
        try await KubectlBench.run("--simulated-nodes", "2") { kubectl in
            let name = try await kubectl.expect("get nodes -o jsonpath={.items[0].metadata.name}")
            try await kubectl.expect("create deployment web --image=none --replicas=4")
            try await kubectl.expect("rollout status deployment/web --timeout=60s", "successfully rolled out")
            try await kubectl.expect("taint nodes \(name) dedicated=x:NoSchedule", "tainted")
            try await kubectl.expect("taint nodes \(name) dedicated-", "untainted")
            try await kubectl.expect("cordon \(name)", "cordoned")
            try await kubectl.expect("get nodes", "SchedulingDisabled")
            try await kubectl.expect("drain \(name) --ignore-daemonsets --force --timeout=60s", "drained")
            try await kubectl.expect("rollout status deployment/web --timeout=60s", "successfully rolled out")
            let left = try await kubectl.expect("get pods --field-selector=spec.nodeName=\(name) -o name")
            #expect(left.isEmpty)
            try await kubectl.expect("uncordon \(name)", "uncordoned")
            try await kubectl.expect("describe node \(name)", "Capacity", "Ready")

            try kubectl.write(Self.request, to: "request.yaml")
            try await kubectl.expect("apply -f request.yaml", "created")
            try await kubectl.expect("get csr", "Pending")
            try await kubectl.expect("certificate approve jane", "approved")
            _ = try await eventually(within: .seconds(20), "the certificate") {
                try await kubectl("get", "csr").output.contains("Approved,Issued") ? true : nil
            }
        }
    }

    /// `CN=jane,O=dev`, by openssl.
    private static let request = """
        apiVersion: certificates.k8s.io/v1
        kind: CertificateSigningRequest
        metadata: {name: jane}
        spec:
          signerName: kubernetes.io/kube-apiserver-client
          usages: [client auth]
          request: \(encoded.joined())
        """

    private static let encoded = [
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIV01IOENBUUF3SFRFTk1Bc0dBMVVFQXd3RWFtRnVaVEVNTUFv",
        "R0ExVUVDZ3dEWkdWMk1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUVkcDFTZ0pla2wzMDRzZ1A0TnVpeFBtSk1h",
        "M05ycWI0M2lvVzJ5VUJTClpFSVJ3SVljNFZtQ1FTNmVPQmx0RklpL202VW1JZlZMYW5YVDFLWGZETUxMVXFBQU1Bb0dDQ3FHU000",
        "OUJBTUMKQTBjQU1FUUNJQ2daQ0ZsYlVIWUd5VGZaZzQrcVBpWUgwdVVkWVIyclVGL3BvT3UraFVnd0FpQnRBRUxTVCtlSgpLdFI1",
        "M1dXOHVUZ2U2dFpDeStnNkU3MTBGb21IY1ViTkpnPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==",
    ]
}
