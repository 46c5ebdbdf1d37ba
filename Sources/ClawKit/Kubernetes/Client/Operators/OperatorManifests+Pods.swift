import ClawDocuments
import ClawModels

/// The program's pods, and the services in front of them.
extension OperatorManifests {
    var services: [Service] {
        served.map { service, port, target in
            Service(
                metadata: ObjectMeta(name: service, namespace: namespace, labels: labels),
                spec: ServiceSpec(
                    ports: [ServicePort(port: port, targetPort: .int(target), protocol: "TCP")],
                    selector: labels))
        }
    }

    /// Fits the Pod Security Standard "restricted".
    /// <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
    var deployment: Deployment {
        let ports = Set(served.map(\.target) + [healthPort].compactMap { $0 }).sorted()
        let container = Container(
            name: "operator", image: image, args: arguments, ports: ports.map { ContainerPort(containerPort: $0) },
            resources: resources, volumeMounts: [VolumeMount(name: "tmp", mountPath: "/tmp")],
            livenessProbe: probe("/healthz", every: 20), readinessProbe: probe("/readyz", every: 5),
            securityContext: SecurityContext(
                allowPrivilegeEscalation: false, capabilities: Capabilities(drop: ["ALL"]),
                readOnlyRootFilesystem: true))
        let pod = PodSpec(
            containers: [container],
            securityContext: PodSecurityContext(
                runAsNonRoot: true, seccompProfile: SeccompProfile(type: "RuntimeDefault")),
            serviceAccountName: name, volumes: [Volume(name: "tmp", emptyDir: EmptyDirVolumeSource())])
        return Deployment(
            metadata: metadata,
            spec: DeploymentSpec(
                selector: LabelSelector(matchLabels: labels),
                template: PodTemplateSpec(metadata: ObjectMeta(labels: labels), spec: pod), replicas: replicas))
    }

    private func probe(_ path: String, every seconds: Int) -> Probe? {
        healthPort.map { Probe(httpGet: HTTPGetAction(port: .int($0), path: path), periodSeconds: seconds) }
    }
}
