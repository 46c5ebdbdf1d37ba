import ClawDocuments
import ClawModels

/// What the server itself adds to a new object on its way to the store. Nobody owns these fields.
extension APIServer {
    func prepareStorage(of object: inout JSONObject, _ call: ResourceCall) {
        let type = call.resource.type
        switch (type.group, type.plural) {
        case ("", "pods"):
            var pod = Pod(document: object)
            if var spec = pod.spec {
                let account = spec.serviceAccountName ?? "default"
                spec.serviceAccountName = account
                spec.document["serviceAccount"] = .string(account)
                spec.priority = spec.priority ?? 0
                spec.preemptionPolicy = spec.preemptionPolicy ?? "PreemptLowerPriority"
                spec.tolerations += Self.defaultTolerations.filter { added in
                    !spec.tolerations.contains { $0.effect != "NoSchedule" && ($0.key ?? added.key) == added.key }
                }
                pod.spec = spec
            }
            pod.status = PodStatus(phase: "Pending", qosClass: PodDefaults.qualityOfService(pod.spec))
            object = pod.document
        case ("", "namespaces"):
            object[.spec] = ["finalizers": ["kubernetes"]]
            object[.status] = ["phase": "Active"]
        case ("", "persistentvolumeclaims"), ("", "persistentvolumes"): object[.status] = ["phase": "Pending"]
        case ("", "services"):
            object[.status] = ["loadBalancer": [:]]
            giveAddress(to: &object, call)
        case ("apiextensions.k8s.io", "customresourcedefinitions"):
            let stored = object[.spec]?["versions"]?.array?.first { $0["storage"]?.bool == true }?["name"]
            object.modify(.status) { $0?["storedVersions"] = .array(stored.map { [$0] } ?? []) }
        default: break
        }
    }

    /// Pods stay on a node that is lost for five minutes.
    /// <https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#defaulttolerationseconds>
    private static let defaultTolerations = ["not-ready", "unreachable"].map {
        Toleration(key: "node.kubernetes.io/\($0)", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300)
    }

    /// A cluster address of 10.96.0.0/16 for a service that wants one. Nothing routes it; clients expect it.
    private func giveAddress(to service: inout JSONObject, _ call: ResourceCall) {
        guard var spec = service[.spec]?.object, spec["type"] != "ExternalName" else { return }
        if (spec["clusterIP"]?.string ?? "").isEmpty {
            let used = Set(
                store.list(call.resource.collection, namespace: nil).objects.compactMap { $0[.spec]?["clusterIP"]?.string })
            // The low addresses are for those who choose one themselves. A full range leaves the service without.
            let free = (0..<64).lazy.map { _ in "10.96.\(Int.random(in: 1...255)).\(Int.random(in: 1...254))" }
                .first { !used.contains($0) }
            guard let free else { return }
            spec["clusterIP"] = .string(free)
        }
        guard let address = spec["clusterIP"] else { return }
        if spec["clusterIPs"] == nil { spec["clusterIPs"] = [address] }
        if spec["ipFamilies"] == nil { spec["ipFamilies"] = ["IPv4"] }
        if spec["ipFamilyPolicy"] == nil { spec["ipFamilyPolicy"] = "SingleStack" }
        service[.spec] = .object(spec)
    }

    /// On an update, what the server added stays where the writer leaves it out.
    func keepStorage(of object: inout JSONObject, from live: JSONObject, _ call: ResourceCall) {
        let type = call.resource.type
        let kept: [String]
        switch (type.group, type.plural) {
        case ("", "services"):
            guard object[.spec]?["type"] != "ExternalName" else { return }
            kept = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]
        case ("", "pods"): kept = ["serviceAccountName", "serviceAccount", "priority", "preemptionPolicy", "nodeName", "tolerations"]
        case ("", "namespaces"): kept = ["finalizers"]
        default: return
        }
        guard let old = live[.spec]?.object else { return }
        var spec = object[.spec]?.object ?? JSONObject()
        for name in kept where spec[name] == nil { spec[name] = old[name] }
        object[.spec] = .object(spec)
    }
}
