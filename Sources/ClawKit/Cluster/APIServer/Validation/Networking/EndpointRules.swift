import ClawDocuments
import ClawSchemas

/// The rules of endpoints and endpoint slices.
enum EndpointRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        for subset in object["subsets"].items {
            if subset["addresses"].isEmpty, subset["notReadyAddresses"].isEmpty {
                errors.required(subset, "must specify `addresses` or `notReadyAddresses`")
            }
            for address in subset["addresses"].items + subset["notReadyAddresses"].items {
                errors.invalid(address["ip"], AddressRules.address(address["ip"].string))
            }
            let ports = subset["ports"].items
            for port in ports {
                if ports.count > 1 { errors.present(port["name"]) }
                if !port["name"].isEmpty { errors.invalid(port["name"], NameRules.label(port["name"].string)) }
                errors.port(port["port"])
                errors.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], isRequired: true)
            }
        }
    }

    static func check(slice object: Field, _ errors: inout FieldErrors) {
        errors.oneOf(object["addressType"], ["FQDN", "IPv4", "IPv6"], isRequired: true)
        let (endpoints, ports) = (object["endpoints"], object["ports"])
        if endpoints.items.count > 1000 { errors.tooMany(endpoints, endpoints.items.count, limit: 1000) }
        for endpoint in endpoints.items {
            let addresses = endpoint["addresses"]
            if addresses.isEmpty { errors.required(addresses, "must contain at least 1 address") }
            if addresses.items.count > 100 { errors.tooMany(addresses, addresses.items.count, limit: 100) }
            for address in addresses.items {
                errors.invalid(
                    address,
                    object["addressType"].string == "FQDN"
                        ? NameRules.subdomain(address.string) : AddressRules.address(address.string))
            }
        }
        if ports.items.count > 20000 { errors.tooMany(ports, ports.items.count, limit: 20000) }
        var names: Set<String> = []
        for port in ports.items {
            let name = port["name"]
            if !name.isEmpty { errors.invalid(name, NameRules.label(name.string)) }
            if !names.insert(name.string).inserted { errors.duplicate(name) }
            errors.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], isRequired: true)
        }
    }

    static func checkChange(slice new: Field, _ old: Field, _ errors: inout FieldErrors) {
        errors.immutable(new["addressType"], old["addressType"])
    }
}
