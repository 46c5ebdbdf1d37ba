import ClawDocuments
import ClawSchemas

/// The rules of pods and of pod templates.
/// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/>
enum PodRules {
    static func check(spec: Field, _ errors: inout FieldErrors) {
        VolumeRules.check(spec["volumes"], &errors)
        let volumes = Set(spec["volumes"].items.map { $0["name"].string })
        let containers = spec["containers"]
        errors.present(containers)
        var names: Set<String> = []
        for container in containers.items {
            ContainerRules.check(container, volumes, &errors)
            ContainerRules.checkLife(container, isReady: true, &errors)
            unique(container["name"], &names, &errors)
        }
        ContainerRules.checkHostPorts(containers, &errors)
        for container in spec["initContainers"].items {
            ContainerRules.checkInit(container, volumes, &errors)
            unique(container["name"], &names, &errors)
        }
        ContainerRules.checkEphemeral(spec["ephemeralContainers"], volumes, taken: names, &errors)
        errors.oneOf(spec["restartPolicy"], ["Always", "OnFailure", "Never"], isRequired: true)
        errors.oneOf(
            spec["dnsPolicy"], ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"], isRequired: true)
        MetadataRules.labels(spec["nodeSelector"], &errors)
        SecurityRules.check(pod: spec["securityContext"], &errors)
        SchedulingRules.check(affinity: spec["affinity"], &errors)
        checkResolver(spec, &errors)
        SchedulingRules.check(gates: spec["schedulingGates"], &errors)
        SchedulingRules.check(spread: spec["topologySpreadConstraints"], &errors)
        checkNames(spec, &errors)
        errors.within(spec["activeDeadlineSeconds"], 1...Int64(Int32.max))
        SchedulingRules.check(tolerations: spec["tolerations"], &errors)
        checkAliases(spec["hostAliases"], &errors)
        errors.oneOf(spec["preemptionPolicy"], ["Never", "PreemptLowerPriority"])
        ResourceRules.check(overhead: spec["overhead"], &errors)
        errors.oneOf(spec["os"]["name"], ["linux", "windows"], isRequired: spec["os"].isSet)
    }

    private static func unique(_ name: Field, _ names: inout Set<String>, _ errors: inout FieldErrors) {
        if !name.isEmpty, !names.insert(name.string).inserted { errors.duplicate(name) }
    }

    private static func checkNames(_ spec: Field, _ errors: inout FieldErrors) {
        for name in ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"]
        where !spec[name].isEmpty {
            errors.invalid(spec[name], NameRules.subdomain(spec[name].string))
        }
        for name in ["hostname", "subdomain"] where !spec[name].isEmpty {
            errors.invalid(spec[name], NameRules.label(spec[name].string))
        }
    }

    private static func checkAliases(_ aliases: Field, _ errors: inout FieldErrors) {
        for alias in aliases.items {
            errors.invalid(alias["ip"], AddressRules.address(alias["ip"].string))
            for name in alias["hostnames"].items { errors.invalid(name, NameRules.subdomain(name.string)) }
        }
    }

    private static func checkResolver(_ spec: Field, _ errors: inout FieldErrors) {
        let servers = spec["dnsConfig"]["nameservers"]
        if spec["dnsPolicy"].string == "None" {
            if !spec["dnsConfig"].isSet {
                errors.required(spec["dnsConfig"], "must provide `dnsConfig` when `dnsPolicy` is None")
            } else if servers.isEmpty {
                errors.required(servers, "must provide at least one DNS nameserver when `dnsPolicy` is None")
            }
        }
        if servers.items.count > 3 {
            errors.invalid(servers, "must not have more than 3 nameservers")
        }
        for server in servers.items { errors.invalid(server, AddressRules.address(server.string)) }
    }

    /// A pod template: what the pods made from it will be.
    static func check(template: Field, _ errors: inout FieldErrors) {
        MetadataRules.labels(template["metadata"]["labels"].reported(at: .member(template.path, "labels")), &errors)
        MetadataRules.annotations(
            template["metadata"]["annotations"].reported(at: .member(template.path, "annotations")), &errors)
        check(spec: template["spec"], &errors)
        let ephemeral = template["spec"]["ephemeralContainers"]
        if !ephemeral.isEmpty { errors.forbidden(ephemeral, "ephemeral containers not allowed in pod template") }
    }
}
