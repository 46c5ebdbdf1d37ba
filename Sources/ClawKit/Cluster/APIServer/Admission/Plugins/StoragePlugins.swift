import ClawDocuments
import ClawModels

/// Keeps volumes and claims until nobody uses them.
/// <https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection>
struct StorageProtection: MutatingPlugin {
    static let finalizers = ["persistentvolumeclaims": "kubernetes.io/pvc-protection", "persistentvolumes": "kubernetes.io/pv-protection"]

    func concerns(_ request: AdmissionRequest) -> Bool {
        request.operation == .create && request.subresource == nil && request.type.group.isEmpty
            && request.type.plural.hasPrefix("persistentvolume")
    }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        guard let finalizer = Self.finalizers[request.type.plural], !object.finalizers.contains(finalizer)
        else { return }
        object.setMetadata(.finalizers, .array((object.finalizers + [finalizer]).map(JSON.string)))
    }
}

/// Gives claims without a class the one marked as default; of several, the youngest.
/// <https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass>
struct DefaultStorageClass: MutatingPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool {
        request.operation == .create && request.subresource == nil && request.type.plural == "persistentvolumeclaims" && request.type.group.isEmpty
    }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        var claim = PersistentVolumeClaim(document: object)
        guard claim.spec?.storageClassName == nil,
            claim.metadata.annotations["volume.beta.kubernetes.io/storage-class"] == nil,
            let name = request.defaultClass("storageclasses", group: "storage.k8s.io", "storageclass")
        else { return }
        claim.spec?.storageClassName = name
        object = claim.document
    }
}

/// Gives ingresses without a class the one marked as default.
/// <https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class>
struct DefaultIngressClass: MutatingPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool {
        request.operation == .create && request.subresource == nil && request.type.plural == "ingresses" && request.type.group == "networking.k8s.io"
    }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        var ingress = Ingress(document: object)
        guard ingress.spec?.ingressClassName == nil, ingress.metadata.annotations["kubernetes.io/ingress.class"] == nil,
            let name = request.defaultClass("ingressclasses", group: "networking.k8s.io", "ingressclass")
        else { return }
        ingress.spec?.ingressClassName = name
        object = ingress.document
    }
}

extension AdmissionRequest {
    /// The name of the class with the annotation `<prefix>.kubernetes.io/is-default-class`; of several the youngest, of
    /// those made in the same second the first by name.
    fileprivate func defaultClass(_ plural: String, group: String, _ prefix: String) -> String? {
        let mark = "\(prefix).kubernetes.io/is-default-class"
        return store.list(.init(group: group, plural: plural), namespace: nil).objects
            .filter { $0.metadataValue(.annotations)?[mark]?.string == "true" }
            .min {
                let (a, b) = ($0.metadataString(.creationTimestamp) ?? "", $1.metadataString(.creationTimestamp) ?? "")
                return a == b ? $0.objectName < $1.objectName : a > b
            }?.objectName
    }
}
