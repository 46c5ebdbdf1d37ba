import ClawDocuments
import ClawSchemas

private typealias Words = PodSecurityWords

extension PodSecurityChecks {
    /// What is demanded beyond the baseline on the restricted level, in the order of the messages.
    static let restricted: [Check] = [
        Check("allowPrivilegeEscalation", "allowPrivilegeEscalation != false", since: 8) { pod, minor in
            if minor >= 25, pod.isWindows { return nil }
            let names = pod.containers { $0["allowPrivilegeEscalation"].value?.bool != false }
            return names.isEmpty ? nil : "\(Words.containers(names)) must set securityContext.allowPrivilegeEscalation=false"
        },
        Check("capabilities_restricted", "unrestricted capabilities", since: 22, overrides: ["capabilities_baseline"]) { pod, minor in
            if minor >= 25, pod.isWindows { return nil }
            func added(_ context: Field) -> [String] {
                context["capabilities"]["add"].strings.filter { $0 != "NET_BIND_SERVICE" }
            }
            let keeping = pod.containers { !$0["capabilities"]["drop"].strings.contains("ALL") }
            let adding = pod.containers { !added($0).isEmpty }
            let names = Set(pod.containers.flatMap { added($0["securityContext"]) }).sorted()
            var problems: [String] = []
            if !keeping.isEmpty {
                problems.append("\(Words.containers(keeping)) must set securityContext.capabilities.drop=[\"ALL\"]")
            }
            if !adding.isEmpty {
                problems.append(
                    "\(Words.containers(adding)) must not include \(Words.quoted(names)) in securityContext.capabilities.add")
            }
            return problems.isEmpty ? nil : problems.joined(separator: "; ")
        },
        Check("restrictedVolumes", "restricted volume types", overrides: ["hostPathVolumes"]) { pod, _ in
            let bad = pod.spec["volumes"].items.filter { volume in !allowedVolumes.contains { volume[$0].isSet } }
            let types = Set(bad.map { volume in volume.entries.map(\.name).first { $0 != "name" } ?? "unknown" }).sorted()
            return bad.isEmpty
                ? nil
                : "\(Words.count(bad.count, "volume", "volumes")) \(Words.quoted(bad.map { $0["name"].string })) "
                    + "\(Words.count(bad.count, "uses", "use")) "
                    + "\(Words.count(types.count, "restricted volume type", "restricted volume types")) \(Words.quoted(types))"
        },
        Check("runAsNonRoot", "runAsNonRoot != true") { pod, minor in
            if minor >= 35, pod.hasUserNamespace { return nil }
            let pods = pod.context["runAsNonRoot"].value?.bool
            let refusing = pod.containers { $0["runAsNonRoot"].value?.bool == false }
            if let setters = Words.setters(pod: pods == false, refusing) {
                return "\(setters) must not set securityContext.runAsNonRoot=false"
            }
            let silent = pods == true ? [] : pod.containers { $0["runAsNonRoot"].value?.bool == nil }
            return silent.isEmpty ? nil : "pod or \(Words.containers(silent)) must set securityContext.runAsNonRoot=true"
        },
        Check("runAsUser", "runAsUser=0", since: 23) { pod, minor in
            if minor >= 35, pod.hasUserNamespace { return nil }
            return Words.setters(
                pod: pod.context["runAsUser"].integer == 0, pod.containers { $0["runAsUser"].integer == 0 }
            ).map { "\($0) must not set runAsUser=0" }
        },
        Check("seccompProfile_restricted", "seccompProfile", since: 19, overrides: ["seccompProfile_baseline"]) { pod, minor in
            if minor >= 25, pod.isWindows { return nil }
            if let setters = seccompSetters(pod) { return setters }
            let isSet = pod.context["seccompProfile"].isSet && !isBadSeccomp(pod.context)
            let silent = isSet ? [] : pod.containers { !$0["seccompProfile"].isSet }
            return silent.isEmpty
                ? nil
                : "pod or \(Words.containers(silent)) must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\""
        },
    ]

    private static let allowedVolumes = [
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
    ]
}
