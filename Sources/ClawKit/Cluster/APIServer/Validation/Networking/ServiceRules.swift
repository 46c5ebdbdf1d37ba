import ClawDocuments
import ClawSchemas

/// The rules of services.
/// <https://kubernetes.io/docs/concepts/services-networking/service/>
enum ServiceRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        let (type, ports) = (spec["type"].string, spec["ports"])
        let isHeadless = spec["clusterIP"].string == "None" || spec["clusterIPs"].strings.first == "None"
        if ports.isEmpty, !isHeadless, type != "ExternalName" { errors.required(ports) }
        checkType(spec, type, isHeadless: isHeadless, &errors)
        ServicePortRules.check(ports, type, &errors)
        MetadataRules.labels(spec["selector"], &errors)
        errors.oneOf(spec["sessionAffinity"], ["ClientIP", "None"], isRequired: true)
        checkAffinity(spec, &errors)
        checkAddresses(spec, &errors)
        for address in spec["externalIPs"].items { errors.invalid(address, AddressRules.address(address.string)) }
        errors.oneOf(spec["type"], ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], isRequired: true)
        checkBalancer(spec, type, &errors)
    }

    private static func checkType(_ spec: Field, _ type: String, isHeadless: Bool, _ errors: inout FieldErrors) {
        switch type {
        case "LoadBalancer", "NodePort":
            if type == "LoadBalancer" {
                for port in spec["ports"].items where port["port"].integer == 10250 {
                    errors.invalid(
                        port, "may not expose port 10250 externally since it is used by kubelet", showing: 10250)
                }
            }
            if isHeadless {
                errors.invalid(
                    Field(.index(spec["clusterIPs"].path, 0), "None"), "may not be set to 'None' for \(type) services")
            }
        case "ExternalName":
            for name in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] where !spec[name].isEmpty {
                errors.forbidden(spec[name], "may not be set for ExternalName services")
            }
            let name = spec["externalName"]
            let text = name.string.hasSuffix(".") ? String(name.string.dropLast()) : name.string
            if text.isEmpty { errors.required(name) } else { errors.invalid(name, NameRules.subdomain(text)) }
        default: break
        }
    }

    private static func checkAffinity(_ spec: Field, _ errors: inout FieldErrors) {
        let config = spec["sessionAffinityConfig"]
        if spec["sessionAffinity"].string == "ClientIP" {
            let timeout = config["clientIP"]["timeoutSeconds"]
            guard config["clientIP"].isSet else {
                return errors.required(config, "when session affinity type is ClientIP")
            }
            if !timeout.isSet || !(1...86400).contains(timeout.integer ?? 0) {
                errors.invalid(timeout, "must be greater than 0 and less than 86400")
            }
        } else if spec["sessionAffinity"].string == "None", config.isSet {
            errors.forbidden(config, "must not be set when session affinity is None")
        }
    }

    private static func checkAddresses(_ spec: Field, _ errors: inout FieldErrors) {
        let (address, addresses) = (spec["clusterIP"], spec["clusterIPs"])
        errors.oneOf(spec["ipFamilyPolicy"], ["SingleStack", "PreferDualStack", "RequireDualStack"])
        for family in spec["ipFamilies"].items { errors.oneOf(family, ["IPv4", "IPv6"]) }
        guard spec["type"].string != "ExternalName" else { return }
        if let first = addresses.strings.first, !address.isEmpty, first != address.string {
            errors.invalid(addresses, "first value must match `clusterIP`")
        }
        let texts = addresses.isEmpty ? [address] : addresses.items
        for text in texts where !text.isEmpty && text.string != "None" {
            errors.invalid(
                addresses.isEmpty ? text.reported(at: .index(addresses.path, 0)) : text,
                AddressRules.address(text.string))
        }
    }

    private static func checkBalancer(_ spec: Field, _ type: String, _ errors: inout FieldErrors) {
        if type != "LoadBalancer" {
            for name in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] where spec[name].isSet {
                errors.forbidden(spec[name], "may only be used when `type` is 'LoadBalancer'")
            }
            if !spec["loadBalancerSourceRanges"].isEmpty {
                errors.forbidden(spec["loadBalancerSourceRanges"], "may only be used when `type` is 'LoadBalancer'")
            }
        }
        for range in spec["loadBalancerSourceRanges"].items { errors.invalid(range, AddressRules.range(range.string)) }
        let external = spec["externalTrafficPolicy"]
        if external.isSet {
            if type == "NodePort" || type == "LoadBalancer" || !spec["externalIPs"].isEmpty {
                errors.oneOf(external, ["Cluster", "Local"])
            } else {
                errors.invalid(external, "may only be set for externally-accessible services")
            }
        }
        errors.oneOf(spec["internalTrafficPolicy"], ["Cluster", "Local"])
        errors.oneOf(spec["trafficDistribution"], ["PreferClose", "PreferSameZone", "PreferSameNode"])
    }

    /// An address, once given, stays.
    static func checkChange(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        let (spec, live) = (new["spec"], old["spec"])
        guard spec["type"].string != "ExternalName", live["type"].string != "ExternalName" else { return }
        let (now, before) = (spec["clusterIPs"], live["clusterIPs"])
        if let first = before.strings.first, !first.isEmpty, let wanted = now.strings.first, wanted != first {
            errors.invalid(now.reported(at: .index(now.path, 0)), "may not change once set")
        }
        if let kept = live["loadBalancerClass"].value, live["type"].string == "LoadBalancer",
            spec["type"].string == "LoadBalancer", spec["loadBalancerClass"].value != kept
        {
            errors.invalid(spec["loadBalancerClass"], "may not change once set")
        }
    }
}
