import ClawDocuments
import ClawModels

/// The defaults of RBAC's, networking's and autoscaling's kinds.
enum PolicyDefaults {
    static func apply(to object: inout JSONObject, _ type: ResourceType) {
        switch type.plural {
        case "rolebindings", "clusterrolebindings": fillBinding(&object)
        case "networkpolicies": object.modifyMember("spec", fillNetworkPolicy)
        case "horizontalpodautoscalers" where type.version == "v2": object.modifyMember("spec", fillAutoscaler)
        default: break
        }
    }

    private static func fillBinding(_ object: inout JSONObject) {
        let group: JSON = "rbac.authorization.k8s.io"
        func isEmpty(_ value: JSON?) -> Bool { (value?.string ?? "").isEmpty }
        object.modifyMember("roleRef") { if isEmpty($0["apiGroup"]) { $0["apiGroup"] = group } }
        object.modifyEach("subjects") { subject in
            if subject["kind"] == "User" || subject["kind"] == "Group", isEmpty(subject["apiGroup"]) {
                subject["apiGroup"] = group
            }
        }
    }

    private static func fillNetworkPolicy(_ spec: inout JSONObject) {
        for direction in ["ingress", "egress"] {
            spec.modifyEach(direction) { $0.modifyEach("ports") { $0.fillIn(["protocol": "TCP"]) } }
        }
        if spec["policyTypes"]?.array?.isEmpty ?? true {
            spec["policyTypes"] = spec["egress"]?.array?.isEmpty ?? true ? ["Ingress"] : ["Ingress", "Egress"]
        }
    }

    /// <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#default-behavior>
    private static func fillAutoscaler(_ spec: inout JSONObject) {
        spec.fillIn(["minReplicas": 1])
        if spec["metrics"]?.array?.isEmpty ?? true {
            spec["metrics"] = [
                [
                    "type": "Resource",
                    "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
                ]
            ]
        }
        spec.modifyMember("behavior") { behavior in
            let percent: JSON = ["type": "Percent", "value": 100, "periodSeconds": 15]
            let pods: JSON = ["type": "Pods", "value": 4, "periodSeconds": 15]
            let up = behavior["scaleUp"]?.object ?? JSONObject()
            let down = behavior["scaleDown"]?.object ?? JSONObject()
            behavior["scaleUp"] = .object(
                up.filled(["stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [pods, percent]]))
            behavior["scaleDown"] = .object(down.filled(["selectPolicy": "Max", "policies": [percent]]))
        }
    }
}
