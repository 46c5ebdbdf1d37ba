import ClawKubernetes

extension RolloutChildren {
    /// One for each interface.
    var services: [Service] {
        spec.interfaces.map { interface in
            Service(
                metadata: metadata(names.service(interface.name)),
                spec: ServiceSpec(
                    ports: [
                        ServicePort(
                            port: interface.port, name: interface.name, targetPort: .int(interface.port),
                            protocol: "TCP")
                    ], selector: labels, type: "ClusterIP"))
        }
    }

    /// One for each interface that has rules. Its annotations are added to what certificate managers and clouds put
    /// there, never in their place.
    var ingresses: [Ingress] {
        spec.interfaces.compactMap { interface in
            guard let ingress = interface.ingress, !ingress.rules.isEmpty else { return nil }
            var metadata = metadata(names.ingress(interface.name))
            metadata.annotations = ingress.annotations
            return Ingress(
                metadata: metadata,
                spec: IngressSpec(
                    ingressClassName: ingress.ingressClass.isEmpty ? nil : ingress.ingressClass,
                    rules: ingress.rules.map { rule(for: $0, of: interface) }, tls: certificates(of: interface, ingress)
                ))
        }
    }

    private func rule(for rule: Rollout.Ingress.Rule, of interface: Rollout.Interface) -> IngressRule {
        let backend = IngressBackend(
            service: IngressServiceBackend(
                name: names.service(interface.name), port: ServiceBackendPort(number: interface.port)))
        return IngressRule(
            host: rule.host.isEmpty ? nil : rule.host,
            http: HTTPIngressRuleValue(paths: [
                HTTPIngressPath(
                    backend: backend, pathType: "ImplementationSpecific", path: rule.path.isEmpty ? nil : rule.path)
            ]))
    }

    /// One for each Secret that holds a certificate, with all the hosts that should show it. One-Click's operator
    /// leaves the hosts of a Secret of one's own out.
    private func certificates(of interface: Rollout.Interface, _ ingress: Rollout.Ingress) -> [IngressTLS] {
        var secrets: [String] = []
        var hosts: [String: [String]] = [:]
        for rule in ingress.rules where rule.tls {
            let secret = rule.tlsSecretName ?? names.tlsSecret(interface.name)
            if hosts[secret] == nil { secrets.append(secret) }
            if !rule.host.isEmpty, !(hosts[secret] ?? []).contains(rule.host) {
                hosts[secret, default: []].append(rule.host)
            }
            hosts[secret, default: []] += []
        }
        return secrets.map { IngressTLS(hosts: hosts[$0] ?? [], secretName: $0) }
    }
}
