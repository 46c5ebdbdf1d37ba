import ClawDocuments
import ClawSchemas

/// The rules of probes and hooks.
enum ProbeRules {
    enum Kind { case liveness, readiness, startup }

    static func check(_ probe: Field, _ kind: Kind, _ errors: inout FieldErrors) {
        guard probe.isSet else { return }
        check(handler: probe, ["exec", "httpGet", "tcpSocket", "grpc"], &errors)
        errors.notNegative(
            probe, "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
        let grace = probe["terminationGracePeriodSeconds"]
        if kind == .readiness {
            if grace.isSet { errors.invalid(grace, "must not be set for readinessProbes") }
        } else {
            if let seconds = grace.integer, seconds <= 0 { errors.invalid(grace, "must be greater than 0") }
            if let needed = probe["successThreshold"].integer, needed > 1 {
                errors.invalid(probe["successThreshold"], "must be 1")
            }
        }
    }

    /// - Parameter kinds: what a handler may be; it is one of them.
    static func check(handler: Field, _ kinds: [String], _ errors: inout FieldErrors) {
        var count = 0
        for kind in kinds where handler[kind].isSet {
            count += 1
            if count > 1 {
                errors.forbidden(handler[kind], "may not specify more than 1 handler type")
            } else {
                check(action: handler[kind], kind, &errors)
            }
        }
        if count == 0 { errors.required(handler, "must specify a handler type") }
    }

    private static func check(action: Field, _ kind: String, _ errors: inout FieldErrors) {
        switch kind {
        case "exec": errors.present(action["command"])
        case "httpGet":
            errors.present(action["path"])
            errors.portOrName(action["port"])
            errors.oneOf(action["scheme"], ["HTTP", "HTTPS"], isRequired: true)
            for header in action["httpHeaders"].items where !isHeaderName(header["name"].string) {
                errors.invalid(
                    header["name"].reported(at: action["httpHeaders"].path),
                    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used "
                        + "for validation is '[-A-Za-z0-9]+')")
            }
        case "tcpSocket": errors.portOrName(action["port"])
        case "grpc": errors.port(action["port"])
        case "sleep":
            if let seconds = action["seconds"].integer, seconds < 0 {
                errors.invalid(action["seconds"], "must be greater than or equal to 0")
            }
        default: break
        }
    }

    private static func isHeaderName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { NameRules.isAlphanumeric($0) || $0 == NameRules.hyphen }
    }
}
