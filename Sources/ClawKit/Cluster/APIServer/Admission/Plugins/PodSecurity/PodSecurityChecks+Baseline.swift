import ClawDocuments
import ClawSchemas

private typealias Words = PodSecurityWords

extension PodSecurityChecks {
    /// What is forbidden on the baseline level, in the order of the messages.
    static let baseline: [Check] = [
        Check("appArmorProfile", reason: { Words.count(appArmor($0).values.count, "forbidden AppArmor profile", "forbidden AppArmor profiles") }) { pod, _ in
            let (setters, values) = appArmor(pod)
            return setters.isEmpty
                ? nil : "\(setters.joined(separator: " and ")) must not set AppArmor profile type to \(Words.quoted(values))"
        },
        Check("capabilities_baseline", "non-default capabilities") { pod, _ in
            let bad = pod.containers { !forbiddenCapabilities($0).isEmpty }
            let names = Set(pod.containers.flatMap { forbiddenCapabilities($0["securityContext"]) }).sorted()
            return bad.isEmpty
                ? nil : "\(Words.containers(bad)) must not include \(Words.quoted(names)) in securityContext.capabilities.add"
        },
        Check("hostNamespaces", "host namespaces") { pod, _ in
            let used = ["hostNetwork", "hostPID", "hostIPC"].filter { pod.spec[$0].isTrue }.map { "\($0)=true" }
            return used.isEmpty ? nil : used.joined(separator: ", ")
        },
        Check("hostPathVolumes", "hostPath volumes") { pod, _ in
            let names = pod.spec["volumes"].items.filter { $0["hostPath"].isSet }.map { $0["name"].string }
            return names.isEmpty ? nil : "\(Words.count(names.count, "volume", "volumes")) \(Words.quoted(names))"
        },
        Check("hostPorts", "hostPort") { pod, _ in
            let ports = pod.containers.map { container in
                (container["name"].string, container["ports"].items.compactMap(\.["hostPort"].integer).filter { $0 != 0 })
            }.filter { !$0.1.isEmpty }
            let numbers = Set(ports.flatMap(\.1).map(String.init)).sorted()
            return ports.isEmpty
                ? nil
                : "\(Words.containers(ports.map(\.0))) \(Words.count(ports.count, "uses", "use")) "
                    + "\(Words.count(numbers.count, "hostPort", "hostPorts")) \(numbers.joined(separator: ", "))"
        },
        Check("hostProbesAndHostLifecycle", "probe or lifecycle host", since: 34) { pod, _ in
            let hosts = pod.containers.map { ($0["name"].string, handlerHosts($0)) }.filter { !$0.1.isEmpty }
            let (names, values) = (Set(hosts.map(\.0)).sorted(), Set(hosts.flatMap(\.1)).sorted())
            return names.isEmpty
                ? nil
                : "\(Words.containers(names)) \(Words.count(names.count, "uses", "use")) "
                    + "\(Words.count(values.count, "probe or lifecycle host", "probe or lifecycle hosts")) \(Words.quoted(values))"
        },
        Check("privileged", "privileged") { pod, _ in
            let names = pod.containers { $0["privileged"].isTrue }
            return names.isEmpty ? nil : "\(Words.containers(names)) must not set securityContext.privileged=true"
        },
        Check("procMount", "procMount") { pod, minor in
            if minor >= 35, pod.hasUserNamespace { return nil }
            let names = pod.containers { $0["procMount"].isSet && $0["procMount"].string != "Default" }
            let values = Set(pod.containers.map { $0["securityContext"]["procMount"].string }.filter { $0 != "Default" && !$0.isEmpty })
            return names.isEmpty
                ? nil : "\(Words.containers(names)) must not set securityContext.procMount to \(Words.quoted(values.sorted()))"
        },
        Check("seLinuxOptions", "seLinuxOptions", violation(ofSELinuxIn:_:)),
        Check("seccompProfile_baseline", "seccompProfile", since: 0) { pod, minor in
            if minor < 19 { return forbiddenSeccompAnnotations(pod) }
            return seccompSetters(pod)
        },
        Check("sysctls", "forbidden sysctls") { pod, minor in
            let names = pod.context["sysctls"].items.map { $0["name"].string }
                .filter { name in !allowedSysctls.contains { $0.since <= minor && $0.names.contains(name) } }
            return names.isEmpty ? nil : names.joined(separator: ", ")
        },
        Check("windowsHostProcess", "hostProcess") { pod, _ in
            Words.setters(
                pod: pod.context["windowsOptions"]["hostProcess"].isTrue,
                pod.containers { $0["windowsOptions"]["hostProcess"].isTrue }
            ).map { "\($0) must not set securityContext.windowsOptions.hostProcess=true" }
        },
    ]

    private static let defaultCapabilities: Set = [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
        "SETPCAP", "SETUID", "SYS_CHROOT",
    ]

    private static func forbiddenCapabilities(_ context: Field) -> [String] {
        context["capabilities"]["add"].strings.filter { !defaultCapabilities.contains($0) }
    }

    private static let allowedSysctls: [(since: Int, names: Set<String>)] = [
        (0, [
            "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
        ]),
        (27, ["net.ipv4.ip_local_reserved_ports"]),
        (29, [
            "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
        ]),
        (32, ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]),
    ]

    /// Hosts other than the pod itself that probes and hooks ask.
    private static func handlerHosts(_ container: Field) -> [String] {
        let handlers = ["livenessProbe", "readinessProbe", "startupProbe"].map { container[$0] }
            + ["postStart", "preStop"].map { container["lifecycle"][$0] }
        return handlers.flatMap { [$0["httpGet"]["host"].string, $0["tcpSocket"]["host"].string] }.filter { !$0.isEmpty }
    }

    private static func appArmor(_ pod: JudgedPod) -> (setters: [String], values: [String]) {
        func isBad(_ context: Field) -> Bool {
            let profile = context["appArmorProfile"]
            return profile.isSet && !["RuntimeDefault", "Localhost"].contains(profile["type"].string)
        }
        let annotations = pod.annotations.entries.filter { entry in
            let value = entry.field.string
            return entry.name.hasPrefix("container.apparmor.security.beta.kubernetes.io/") && !value.isEmpty
                && value != "runtime/default" && !value.hasPrefix("localhost/")
        }.map { "\($0.name)=\"\($0.field.string)\"" }
        let names = pod.containers(where: isBad)
        var setters = Words.setters(pod: isBad(pod.context), names).map { [$0] } ?? []
        let contexts = [pod.context] + pod.containers.map { $0["securityContext"] }
        let values = Set(contexts.filter(isBad).map { $0["appArmorProfile"]["type"].string }).sorted()
        if !annotations.isEmpty { setters.append(Words.count(annotations.count, "annotation", "annotations")) }
        return (setters, values + annotations)
    }

    private static func violation(ofSELinuxIn pod: JudgedPod, _ minor: Int) -> String? {
        let types: Set = ["", "container_t", "container_init_t", "container_kvm_t"]
        let allowed = minor >= 31 ? types.union(["container_engine_t"]) : types
        func isBad(_ context: Field) -> Bool {
            let options = context["seLinuxOptions"]
            return options.isSet
                && (!allowed.contains(options["type"].string) || !options["user"].isEmpty || !options["role"].isEmpty)
        }
        let options = ([pod.context] + pod.containers.map { $0["securityContext"] }).map { $0["seLinuxOptions"] }
        let badTypes = Set(options.map { $0["type"].string }.filter { !allowed.contains($0) }).sorted()
        var problems: [String] = []
        if !badTypes.isEmpty { problems.append("\(Words.count(badTypes.count, "type", "types")) \(Words.quoted(badTypes))") }
        if options.contains(where: { !$0["user"].isEmpty }) { problems.append("user may not be set") }
        if options.contains(where: { !$0["role"].isEmpty }) { problems.append("role may not be set") }
        return Words.setters(pod: isBad(pod.context), pod.containers(where: isBad)).map {
            "\($0) set forbidden securityContext.seLinuxOptions: \(problems.joined(separator: "; "))"
        }
    }

    /// Before version 1.19 profiles were annotations.
    private static func forbiddenSeccompAnnotations(_ pod: JudgedPod) -> String? {
        let names = ["seccomp.security.alpha.kubernetes.io/pod"]
            + pod.containers.map { "container.seccomp.security.alpha.kubernetes.io/\($0["name"].string)" }
        let bad = Set(names).sorted().compactMap { name -> String? in
            guard let value = pod.annotations[name].value?.string, !["runtime/default", "docker/default"].contains(value),
                !value.hasPrefix("localhost/")
            else { return nil }
            return "\(name)=\"\(value)\""
        }
        return bad.isEmpty ? nil : "forbidden \(Words.count(bad.count, "annotation", "annotations")) \(bad.joined(separator: ", "))"
    }

    static func isBadSeccomp(_ context: Field) -> Bool {
        context["seccompProfile"].isSet && !["Localhost", "RuntimeDefault"].contains(context["seccompProfile"]["type"].string)
    }

    /// Who asks for a profile that is not allowed.
    static func seccompSetters(_ pod: JudgedPod) -> String? {
        let contexts = [pod.context] + pod.containers.map { $0["securityContext"] }
        let values = Set(contexts.filter(isBadSeccomp).map { $0["seccompProfile"]["type"].string }).sorted()
        return Words.setters(pod: isBadSeccomp(pod.context), pod.containers(where: isBadSeccomp)).map {
            "\($0) must not set securityContext.seccompProfile.type to \(Words.quoted(values))"
        }
    }
}
