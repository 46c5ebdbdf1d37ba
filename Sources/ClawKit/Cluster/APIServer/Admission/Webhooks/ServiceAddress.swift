import ClawDocuments
import ClawModels
import ClawSchemas

/// Where a service's pods are reached, from the cluster's endpoint slices.
enum ServiceAddress {
    /// `host:port`; nil where nobody is there.
    static func find(_ namespace: String, _ name: String, port: Int64, in store: ObjectStore) -> String? {
        let key = ObjectStore.Key(namespace: namespace, name: name)
        guard let service = store.get(.init(group: "", plural: "services"), key)?.object else { return nil }
        let spec = Field(service)["spec"]
        guard let wanted = spec["ports"].items.first(where: { $0["port"].integer == port }) else { return nil }
        if spec["type"].string == "ExternalName" { return "\(spec["externalName"].string):\(port)" }
        let slices = store.list(.init(group: "discovery.k8s.io", plural: "endpointslices"), namespace: namespace).objects
        for slice in slices where slice.metadataValue(.labels)?["kubernetes.io/service-name"]?.string == name {
            let slice = Field(slice)
            guard let port = slice["ports"].items.first(where: { $0["name"].string == wanted["name"].string })?["port"].integer,
                let host = slice["endpoints"].items.first(where: { $0["conditions"]["ready"].value?.bool != false })?["addresses"].strings.first
            else { continue }
            return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
        return nil
    }
}
