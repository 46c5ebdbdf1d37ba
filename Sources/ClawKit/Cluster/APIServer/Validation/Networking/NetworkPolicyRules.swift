import ClawDocuments
import ClawSchemas

/// The rules of network policies.
enum NetworkPolicyRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        SelectorRules.check(spec["podSelector"], &errors)
        for (direction, side) in [("ingress", "from"), ("egress", "to")] {
            for rule in spec[direction].items {
                for port in rule["ports"].items { check(port: port, &errors) }
                for peer in rule[side].items { check(peer: peer, &errors) }
            }
        }
        let types = spec["policyTypes"]
        if types.items.count > 2 { return errors.invalid(types, "may not specify more than two policyTypes") }
        for type in types.items { errors.oneOf(type, ["Ingress", "Egress"], isRequired: true) }
    }

    private static func check(port: Field, _ errors: inout FieldErrors) {
        errors.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"])
        let (number, last) = (port["port"], port["endPort"])
        errors.portOrName(number)
        guard last.isSet else { return }
        if number.value?.string != nil || !number.isSet {
            errors.invalid(
                last,
                number.isSet
                    ? "may not be specified when `port` is non-numeric"
                    : "may not be specified when `port` is not specified")
        } else if (last.integer ?? 0) < (number.integer ?? 0) {
            errors.invalid(last, "must be greater than or equal to `port`")
        } else {
            errors.port(last)
        }
    }

    private static func check(peer: Field, _ errors: inout FieldErrors) {
        var count = 0
        for name in ["podSelector", "namespaceSelector"] where peer[name].isSet {
            count += 1
            SelectorRules.check(peer[name], &errors)
        }
        let block = peer["ipBlock"]
        if block.isSet {
            count += 1
            let range = block["cidr"]
            if range.isEmpty { errors.required(range) } else { errors.invalid(range, AddressRules.range(range.string)) }
            for hole in block["except"].items { errors.invalid(hole, AddressRules.range(hole.string)) }
        }
        if count == 0 {
            errors.required(peer, "must specify a peer")
        } else if block.isSet, count > 1 {
            errors.forbidden(peer, "may not specify both ipBlock and another peer")
        }
    }
}
