import ClawDocuments
import ClawSchemas

/// The rules of containers.
enum ContainerRules {
    /// What all kinds of containers have in common.
    static func check(_ container: Field, _ volumes: Set<String>, _ errors: inout FieldErrors) {
        let (name, image) = (container["name"], container["image"])
        if name.isEmpty { errors.required(name) } else { errors.invalid(name, NameRules.label(name.string)) }
        if image.isEmpty {
            errors.required(image)
        } else if image.string.first?.isWhitespace == true || image.string.last?.isWhitespace == true {
            errors.invalid(image, "must not have leading or trailing whitespace")
        }
        errors.oneOf(
            container["terminationMessagePolicy"], ["File", "FallbackToLogsOnError"], isRequired: true)
        check(ports: container["ports"], &errors)
        EnvironmentRules.check(container, &errors)
        VolumeRules.check(mounts: container["volumeMounts"], volumes, &errors)
        errors.oneOf(container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"], isRequired: true)
        ResourceRules.check(container: container["resources"], &errors)
        for policy in container["resizePolicy"].items {
            errors.oneOf(policy["resourceName"], ["cpu", "memory"], isRequired: true)
            errors.oneOf(policy["restartPolicy"], ["NotRequired", "RestartContainer"], isRequired: true)
        }
        SecurityRules.check(container: container["securityContext"], &errors)
    }

    /// Hooks and probes.
    /// - Parameter isReady: whether the container may say when it is ready.
    static func checkLife(_ container: Field, isReady: Bool, _ errors: inout FieldErrors) {
        for hook in ["postStart", "preStop"] where container["lifecycle"][hook].isSet {
            ProbeRules.check(handler: container["lifecycle"][hook], ["exec", "httpGet", "tcpSocket", "sleep"], &errors)
        }
        ProbeRules.check(container["livenessProbe"], .liveness, &errors)
        ProbeRules.check(container["readinessProbe"], .readiness, &errors)
        ProbeRules.check(container["startupProbe"], .startup, &errors)
        errors.oneOf(container["restartPolicy"], ["Always", "OnFailure", "Never"])
    }

    /// Those with `restartPolicy: Always` (sidecars) live as long as the pod; the others have neither hooks nor probes.
    static func checkInit(_ container: Field, _ volumes: Set<String>, _ errors: inout FieldErrors) {
        check(container, volumes, &errors)
        if container["restartPolicy"].string == "Always" { return checkLife(container, isReady: true, &errors) }
        errors.oneOf(container["restartPolicy"], ["Always", "OnFailure", "Never"])
        for name in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] where container[name].isSet {
            errors.forbidden(container[name], "may not be set for init containers without restartPolicy=Always")
        }
    }

    /// <https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/>
    static func checkEphemeral(
        _ containers: Field, _ volumes: Set<String>, taken: Set<String>, _ errors: inout FieldErrors
    ) {
        var names = taken
        for container in containers.items {
            check(container, volumes, &errors)
            if !container["name"].isEmpty, !names.insert(container["name"].string).inserted {
                errors.duplicate(container["name"])
            }
            let target = container["targetContainerName"]
            if !target.isEmpty, !taken.contains(target.string) { errors.notFound(target) }
            for name in [
                "ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resizePolicy",
                "restartPolicy",
            ] where !container[name].isEmpty {
                errors.forbidden(container[name], "cannot be set for an Ephemeral Container")
            }
            if !container["resources"].isEmpty {
                errors.forbidden(container["resources"], "cannot be set for an Ephemeral Container")
            }
        }
    }

    private static func check(ports: Field, _ errors: inout FieldErrors) {
        var names: Set<String> = []
        for port in ports.items {
            let (name, number) = (port["name"], port["containerPort"])
            if !name.isEmpty {
                let problems = NameRules.portName(name.string)
                errors.invalid(name, problems)
                if problems.isEmpty, !names.insert(name.string).inserted { errors.duplicate(name) }
            }
            if (number.integer ?? 0) == 0 { errors.required(number) } else { errors.port(number) }
            if let host = port["hostPort"].integer, host != 0 { errors.port(port["hostPort"]) }
            errors.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], isRequired: true)
        }
    }

    /// A port of the host can be had once.
    static func checkHostPorts(_ containers: Field, _ errors: inout FieldErrors) {
        var taken: Set<String> = []
        for port in containers.items.flatMap({ $0["ports"].items }) {
            guard let number = port["hostPort"].integer, number != 0 else { continue }
            let text = "\(port["protocol"].string)/\(port["hostIP"].string)/\(number)"
            if !taken.insert(text).inserted { errors.duplicate(port["hostPort"], showing: "\"\(text)\"") }
        }
    }
}
