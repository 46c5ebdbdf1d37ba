import ClawApps
import ClawDocuments
import ClawKubernetes
import Testing

/// Manifests of the shapes that One-Click's users write: its sample, its README, its blueprints, its templates.
enum Manifests {
    static func rollout(_ text: String) throws -> Rollout {
        let document = try #require(try Manifest.parse(text, source: "rollout.yaml").first?.object)
        return Rollout(document: document)
    }

    /// Two interfaces, of which one is reached from outside by two rules of one host.
    static let sample = """
        apiVersion: one-click.dev/v1alpha1
        kind: Rollout
        metadata:
          name: shop
          namespace: p1
          labels: {app.kubernetes.io/name: rollout}
        spec:
          image: {registry: "docker.io", repository: "nginx", tag: "latest"}
          horizontalScale: {minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 80}
          resources:
            requests: {cpu: "100m", memory: "128Mi"}
            limits: {cpu: "200m", memory: "256Mi"}
          volumes:
            - {name: "data2", mountPath: "/data", size: "2Gi", storageClass: "standard"}
          interfaces:
            - {name: "http", port: 80}
            - name: "https"
              port: 443
              ingress:
                ingressClass: "nginx"
                annotations:
                  nginx.ingress.kubernetes.io/rewrite-target: /
                  nginx.ingress.kubernetes.io/ssl-redirect: "false"
                rules:
                  - {host: "shop.example.com", path: "/test", tls: false}
                  - {host: "shop.example.com", path: "/test", tls: false}
          serviceAccountName: "nginx"
        """

    /// Every field there is.
    static let full = """
        apiVersion: one-click.dev/v1alpha1
        kind: Rollout
        metadata: {name: web, namespace: p1, uid: 6f1f0d4e-0000-4000-8000-000000000001, generation: 3}
        spec:
          args: ["nginx", "-g", "daemon off;"]
          command: ["nginx"]
          rolloutStrategy: rollingUpdate
          nodeSelector: {kubernetes.io/hostname: minikube}
          tolerations:
            - {key: "storage", operator: "Equal", value: "ssd", effect: "NoSchedule"}
          hostAliases:
            - {ip: "10.0.0.1", hostnames: ["db.internal"]}
          image: {registry: "docker.io", repository: "library/nginx", tag: "1.29.1", username: "u", password: "pull-me"}
          securityContext:
            runAsUser: 1000
            runAsGroup: 1000
            fsGroup: 1000
            allowPrivilegeEscalation: false
            runAsNonRoot: true
            readOnlyRootFilesystem: true
            privileged: false
            capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
          horizontalScale: {minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 80}
          resources:
            requests: {cpu: "100m", memory: "128Mi"}
            limits: {cpu: "200m", memory: "256Mi"}
          env:
            - {name: "USERNAME", value: "admin"}
            - {name: DEBUG, value: "true"}
          secrets:
            - {name: "PASSWORD", value: "hunter2-secret"}
            - {name: "ANOTHER", value: "s3cr3t-122"}
          volumes:
            - {name: "data", mountPath: "/data", size: "2Gi", storageClass: "standard"}
          interfaces:
            - {name: "http", port: 80}
            - name: "https"
              port: 443
              ingress:
                ingressClass: "nginx"
                annotations: {nginx.ingress.kubernetes.io/ssl-redirect: "false"}
                rules:
                  - {host: "web.example.com", path: "/", tls: true, tlsSecretName: "wildcard-tls-secret"}
                  - {host: "web.example.com", path: "/test", tls: false}
                  - {host: "www.example.com", path: "/", tls: true}
          cronjobs:
            - name: some-bash-job
              suspend: false
              image: {password: "", registry: docker.io, repository: library/busybox, tag: latest, username: ""}
              schedule: "*/1 * * * *"
              command: ["echo", "hello"]
              maxRetries: 3
              backoffLimit: 2
              env: [{name: SOME_ENV, value: "some-value"}]
              resources:
                limits: {cpu: 500m, memory: 512Mi}
                requests: {cpu: 100m, memory: 256Mi}
          serviceAccountName: "nginx"
        """

    /// As the web interface writes it: empty lists, empty credentials, a class that only exists elsewhere.
    static let blueprint = """
        apiVersion: one-click.dev/v1alpha1
        kind: Rollout
        metadata: {name: 8nmk1xh2rw5c0qz, namespace: p1}
        spec:
          env: []
          horizontalScale: {maxReplicas: 1, minReplicas: 1, targetCPUUtilizationPercentage: 80}
          image: {password: '', registry: ghcr.io, repository: acme/base, tag: latest, username: ''}
          interfaces:
            - {name: http, port: 8090}
          resources:
            limits: {cpu: 500m, memory: 512Mi}
            requests: {cpu: 100m, memory: 256Mi}
          secrets: []
          serviceAccountName: one-click
          volumes:
            - {mountPath: /pb_data, name: pb-data, size: 1Gi, storageClass: nfs-data}
        """

    /// Nothing but arguments, and a name of the service account alone.
    static let bare = """
        apiVersion: one-click.dev/v1alpha1
        kind: Rollout
        metadata: {name: busybox, namespace: p1}
        spec:
          args: ["sleep", "3700"]
          command: ["sh", "-c"]
          image: {registry: "docker.io", repository: "busybox", tag: "latest"}
          horizontalScale: {minReplicas: 1, maxReplicas: 1, targetCPUUtilizationPercentage: 80}
          resources:
            requests: {cpu: "100m", memory: "128Mi"}
            limits: {cpu: "200m", memory: "256Mi"}
          env: []
          secrets: []
          volumes: []
          interfaces: []
          serviceAccountName: "nginx"
        """

    static let all = ["sample": sample, "full": full, "blueprint": blueprint, "bare": bare]

    /// A small one to change: one pod, no volume, no interface.
    static func small(_ name: String = "web", _ change: (inout Rollout.Spec) -> Void = { _ in }) -> Rollout {
        var spec = Rollout.Spec(
            image: .init(registry: "docker.io", repository: "library/nginx", tag: "1.29.1"),
            scale: .init(min: 1, max: 3), resources: resources, serviceAccountName: "web")
        change(&spec)
        return Rollout(metadata: ObjectMeta(name: name, namespace: "p1", generation: 1, uid: "uid-\(name)"), spec: spec)
    }

    static let resources = Rollout.Resources(
        requests: .init(cpu: "100m", memory: "64Mi"), limits: .init(cpu: "200m", memory: "128Mi"))
}

extension Array where Element == Child {
    /// The desired objects of one kind.
    func of<R: Resource>(_ type: R.Type = R.self) -> [R] { compactMap { $0.object as? R } }

    /// Kind and name of each, in order.
    var names: [String] { map { "\($0.object.resourceType.kind)/\($0.object.name)" } }

    /// All their bytes.
    var bytes: [UInt8] { flatMap { JSON.object($0.object.document).bytes() } }
}
