import ClawKubernetes

// Names the pods of the cluster that kubectl would talk to.
for pod in try await KubernetesClient.connect().list(Pod.self).items {
    print("\(pod.namespace ?? "")/\(pod.name)")
}
