import ClawDocuments
import ClawSchemas

/// The rules of a service's ports.
enum ServicePortRules {
    private static let protocols = ["SCTP", "TCP", "UDP"]

    static func check(_ ports: Field, _ type: String, _ errors: inout FieldErrors) {
        let items = ports.items
        var names: Set<String> = []
        for port in items {
            let name = port["name"]
            if !name.isEmpty {
                errors.invalid(name, NameRules.label(name.string))
                if !names.insert(name.string).inserted { errors.duplicate(name) }
            } else if items.count > 1 {
                errors.required(name)
            }
            errors.port(port["port"].isSet ? port["port"] : Field(port["port"].path, 0))
            errors.oneOf(port["protocol"], protocols, isRequired: true)
            errors.portOrName(port["targetPort"])
            if !port["appProtocol"].isEmpty {
                errors.invalid(port["appProtocol"], NameRules.qualifiedName(port["appProtocol"].string))
            }
            if type == "ClusterIP", let given = port["nodePort"].integer, given != 0 {
                errors.forbidden(port["nodePort"], "may not be used when `type` is 'ClusterIP'")
            }
        }
        checkTwice(items, "nodePort", &errors) { port, number in
            "{\"Name\":\"\",\"Protocol\":\(port["protocol"].value ?? ""),\"AppProtocol\":null,\"Port\":0,\"TargetPort\":0,"
                + "\"NodePort\":\(number)}"
        }
        checkTwice(items, "port", &errors) { port, number in
            "{\"Name\":\"\",\"Protocol\":\(port["protocol"].value ?? ""),\"AppProtocol\":null,\"Port\":\(number),"
                + "\"TargetPort\":0,\"NodePort\":0}"
        }
    }

    /// A number can be had once per protocol.
    private static func checkTwice(
        _ ports: [Field], _ member: String, _ errors: inout FieldErrors, _ text: (Field, Int64) -> String
    ) {
        var taken: Set<String> = []
        for port in ports {
            guard let number = port[member].integer, number != 0 else { continue }
            if !taken.insert("\(port["protocol"].string)/\(number)").inserted {
                errors.duplicate(member == "port" ? port : port[member], showing: text(port, number))
            }
        }
    }
}
