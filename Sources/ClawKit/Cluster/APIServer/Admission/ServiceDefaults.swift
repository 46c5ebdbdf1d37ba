import ClawDocuments

/// The defaults of services.
/// <https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/>
enum ServiceDefaults {
    static func fill(_ object: inout JSONObject) {
        object.modifyMember("spec") { spec in
            spec.fillIn(["type": "ClusterIP", "sessionAffinity": "None"])
            let type = spec["type"]?.string ?? ""
            if ["ClusterIP", "NodePort", "LoadBalancer"].contains(type) { spec.fillIn(["internalTrafficPolicy": "Cluster"]) }
            if ["NodePort", "LoadBalancer"].contains(type) { spec.fillIn(["externalTrafficPolicy": "Cluster"]) }
            if type == "LoadBalancer" { spec.fillIn(["allocateLoadBalancerNodePorts": true]) }
            if spec["sessionAffinity"] == "ClientIP" {
                var config = spec["sessionAffinityConfig"]?.object ?? JSONObject()
                if config["clientIP"]?["timeoutSeconds"] == nil { config["clientIP"] = ["timeoutSeconds": 10800] }
                spec["sessionAffinityConfig"] = .object(config)
            } else {
                spec["sessionAffinityConfig"] = nil
            }
            spec.modifyEach("ports") { port in
                port.fillIn(["protocol": "TCP"])
                // A target that says nothing is the port itself.
                if port["targetPort"].map({ $0 == 0 || $0 == "" }) ?? true { port["targetPort"] = port["port"] }
            }
        }
    }
}
