import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas

/// What the server itself adds to a new object on its way to the store. Nobody owns these fields.
extension APIServer {
    func prepareStorage(of object: inout JSONObject, _ call: ResourceCall) {
        let type = call.resource.type
        switch (type.group, type.plural) {
        case ("", "pods"):
            var pod = Pod(document: object)
            pod.status = PodStatus(phase: "Pending", qosClass: PodDefaults.qualityOfService(pod.spec))
            object = pod.document
        case ("", "namespaces"):
            object[.spec] = ["finalizers": ["kubernetes"]]
            object[.status] = ["phase": "Active"]
        case ("", "persistentvolumeclaims"), ("", "persistentvolumes"): object[.status] = ["phase": "Pending"]
        case ("", "services"): object[.status] = ["loadBalancer": [:]]
        case ("batch", "jobs"): JobSelection.generate(&object)
        case ("", "nodes"): NodeReadiness.taint(&object)
        case ("apiextensions.k8s.io", "customresourcedefinitions"):
            object[.status] = nil
            CustomResourceDefinitions.fillStatus(&object)
        default: break
        }
    }

    /// A namespace comes with its default service account: elsewhere a controller makes it a moment later, and pods
    /// wait for it.
    func makeDefaultAccount(in namespace: String) async throws {
        guard admission.hasDefaultAccounts else { return }
        var account = ServiceAccount(metadata: ObjectMeta(name: "default", namespace: namespace))
        account.metadata.uid = Chance.uuid()
        account.metadata.document.set(.creationTimestamp, time.now.rfc3339())
        do {
            _ = try await store.commit(.init(group: "", plural: "serviceaccounts"), account.document, expecting: .absent)
        } catch ObjectStore.CommitError.exists {
            // From an earlier life of the namespace, or the controller was quicker.
        }
    }

    /// On an update, what the server added stays where the writer leaves it out.
    func keepStorage(of object: inout JSONObject, from live: JSONObject, _ call: ResourceCall) {
        let type = call.resource.type
        let kept: [String]
        switch (type.group, type.plural) {
        case ("", "services"):
            ServiceAddresses.keep(of: &object, from: live)
            return
        case ("", "pods"): kept = ["serviceAccountName", "serviceAccount", "priority", "preemptionPolicy", "nodeName", "tolerations"]
        case ("", "namespaces"): kept = ["finalizers"]
        default: return
        }
        guard let old = live[.spec]?.object else { return }
        var spec = object[.spec]?.object ?? JSONObject()
        for name in kept where spec[name] == nil { spec[name] = old[name] }
        object[.spec] = .object(spec)
    }

    /// The last of what the server adds, once the object is known to be valid.
    /// - Returns: addresses that are reserved until the object is stored, or is not going to be.
    func complete(
        _ object: inout JSONObject, old: JSONObject?, _ call: ResourceCall
    ) throws -> ServiceAddresses.Reservation? {
        switch (call.resource.type.group, call.resource.type.plural) {
        case ("", "services"): return try giveAddresses(to: &object, from: old, call)
        case ("", "nodes"): NodeReadiness.settle(&object)
        // Rules are always written, though nobody owns those that are not there.
        case ("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles"):
            object.fillIn(["rules": .null])
        default: break
        }
        return nil
    }

    /// Addresses and ports for a service that wants some.
    private func giveAddresses(
        to service: inout JSONObject, from old: JSONObject?, _ call: ResourceCall
    ) throws -> ServiceAddresses.Reservation? {
        if let old, service[.spec] == old[.spec] { return nil }
        let type = call.resource.type
        var errors = FieldErrors()
        let reservation = store.giveAddresses(to: &service, from: old, &errors)
        guard errors.list.isEmpty else {
            throw APIStatus.invalid(kind: type.kind, group: type.group, name: service.objectName, errors.list)
        }
        return reservation
    }

    /// How often a daemon set's template has changed, in the annotation that kubectl and old controllers know.
    func countTemplates(_ object: inout JSONObject, _ live: JSONObject) {
        let name = WorkloadDefaults.templateGeneration
        guard let before = live.metadataValue(.annotations)?[name]?.string.flatMap({ Int($0) }) else { return }
        let hasChanged = object[.spec]?["template"] != live[.spec]?["template"]
        var annotations = object.metadataValue(.annotations)?.object ?? JSONObject()
        annotations[name] = .string("\(hasChanged ? before + 1 : before)")
        object.setMetadata(.annotations, .object(annotations))
    }
}
