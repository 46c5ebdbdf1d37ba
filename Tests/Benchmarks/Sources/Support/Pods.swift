import Foundation

/// A PodList as a busy cluster answers it: managed fields, probes, projected volumes, conditions; 5.6 KB a pod.
public func makePodList(count: Int) -> [UInt8] {
    var text = #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"200000"},"items":["#
    for index in 0..<count {
        if index > 0 { text += "," }
        text += pod(index)
    }
    return Array((text + "]}").utf8)
}

public func pod(_ i: Int) -> String {
    let (tenant, name) = ("tenant-\(i % 50)", "runtime-\(String(100_000 + i).dropFirst())-7d9c5b8f6-\(String(70_000 + i, radix: 16))")
    func uid(_ salt: Int) -> String {
        let digits = String(UInt64(i * 7919 + salt) &* 0x9E37_79B9_7F4A_7C15 | 1 << 63, radix: 16)
        return "\(digits.prefix(8))-f18d-d1ee-d77c-\(digits.suffix(12))"
    }
    let conditions = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
        .map { #"{"type":"\#($0)","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-21T01:00:00Z"}"# }
        .joined(separator: ",")
    let address = "10.\(i % 250).\(i / 250 % 250).7"
    return #"""
        {"metadata":{"name":"\#(name)","generateName":"\#(name.dropLast(5))","namespace":"\#(tenant)","uid":"\#(uid(1))",\#
        "resourceVersion":"\#(100_000 + i)","creationTimestamp":"2026-11-21T01:00:00Z","labels":{"app.kubernetes.io/name":"runtime",\#
        "app.kubernetes.io/instance":"\#(name)","clawkit.dev/tenant":"\#(tenant)","clawkit.dev/user":"user-\#(i)",\#
        "pod-template-hash":"7d9c5b8f6"},"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-11-20T10:00:00Z",\#
        "clawkit.dev/template":"default"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"\#(name.dropLast(6))",\#
        "uid":"\#(uid(2))","controller":true,"blockOwnerDeletion":true}],"managedFields":\#(managedFields.0)\#(uid(3))\#(managedFields.1)},"spec":{"volumes":\#
        [{"name":"home","persistentVolumeClaim":{"claimName":"home-user-\#(i)"}},{"name":"kube-api-access-x","projected":{"sources":\#
        [{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":\#
        [{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1",\#
        "fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}],"containers":[{"name":"agent",\#
        "image":"ghcr.io/openclaw/openclaw:2026.11.1","ports":[{"name":"gateway","containerPort":18789,"protocol":"TCP"}],\#
        "env":[{"name":"OPENAI_BASE_URL","value":"http://model-gateway.claw-system.svc:4000/v1"},{"name":"GATEWAY_TOKEN",\#
        "valueFrom":{"secretKeyRef":{"name":"runtime-\#(i)-token","key":"token"}}}],"resources":{"limits":{"cpu":"1","memory":"2Gi"},\#
        "requests":{"cpu":"100m","memory":"256Mi"}},"volumeMounts":[{"name":"home","mountPath":"/home/agent"},\#
        {"name":"kube-api-access-x","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],\#
        "livenessProbe":{"httpGet":{"path":"/healthz","port":18789,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,\#
        "successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log",\#
        "terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"runAsNonRoot":true,\#
        "allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],"restartPolicy":"Always",\#
        "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"runtime","serviceAccount":"runtime",\#
        "nodeName":"node-\#(i % 100)","securityContext":{},"schedulerName":"default-scheduler","tolerations":\#
        [{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},\#
        {"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,\#
        "enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},"status":{"phase":"Running","conditions":[\#(conditions)],\#
        "hostIP":"192.168.1.7","hostIPs":[{"ip":"192.168.1.7"}],"podIP":"\#(address)","podIPs":[{"ip":"\#(address)"}],\#
        "startTime":"2026-11-21T01:00:00Z","containerStatuses":[{"name":"agent","state":{"running":{"startedAt":\#
        "2026-11-21T01:00:05Z"}},"lastState":{},"ready":true,"restartCount":\#(i % 3),"image":"ghcr.io/openclaw/openclaw:2026.11.1",\#
        "imageID":"ghcr.io/openclaw/openclaw@sha256:\#(String(repeating: "a", count: 64))","containerID":\#
        "containerd://\#(String(repeating: "b", count: 64))","started":true}],"qosClass":"Burstable"}}
        """#
}

/// What two managers leave behind on a pod: the texts before and after the owner's uid.
private let managedFields: (String, String) = {
    func entry(_ manager: String, _ fields: String) -> String {
        #"{"manager":"\#(manager)","operation":"Update","apiVersion":"v1","time":"2026-11-21T01:00:00Z","fieldsType":"FieldsV1","fieldsV1":\#(fields)}"#
    }
    func set(_ names: String...) -> String { names.map { #""\#($0)":{}"# }.joined(separator: ",") }
    let condition = set(".", "f:lastProbeTime", "f:lastTransitionTime", "f:status", "f:type")
    let container = #"""
        ".":{},"f:env":{".":{},"k:{\"name\":\"OPENAI_BASE_URL\"}":{\#(set(".", "f:name", "f:value"))},"k:{\"name\":\"GATEWAY_TOKEN\"}":\#
        {".":{},"f:name":{},"f:valueFrom":{".":{},"f:secretKeyRef":{}}}},\#(set("f:image", "f:imagePullPolicy", "f:name")),\#
        "f:ports":{".":{},"k:{\"containerPort\":18789,\"protocol\":\"TCP\"}":{\#(set(".", "f:containerPort", "f:name", "f:protocol"))}},\#
        "f:resources":{".":{},"f:limits":{\#(set(".", "f:cpu", "f:memory"))},"f:requests":{\#(set(".", "f:cpu", "f:memory"))}},\#
        \#(set("f:terminationMessagePath", "f:terminationMessagePolicy")),"f:volumeMounts":{".":{},\#
        "k:{\"mountPath\":\"/home/agent\"}":{\#(set(".", "f:mountPath", "f:name"))}}
        """#
    let controller = #"""
        {"f:metadata":{"f:generateName":{},"f:labels":{\#(set(".", "f:app.kubernetes.io/name", "f:app.kubernetes.io/instance", "f:pod-template-hash"))},\#
        "f:ownerReferences":{".":{},"k:{\"uid\":\"<uid>\"}":{}}},"f:spec":{"f:containers":\#
        {"k:{\"name\":\"agent\"}":{\#(container)}},\#(set("f:dnsPolicy", "f:enableServiceLinks", "f:restartPolicy", "f:schedulerName", "f:securityContext", "f:terminationGracePeriodSeconds"))}}
        """#
    let kubelet = #"""
        {"f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{\#(condition)},"k:{\"type\":\"Ready\"}":{\#(condition)}},\#
        \#(set("f:containerStatuses", "f:hostIP", "f:phase", "f:podIP")),"f:podIPs":{".":{},"k:{\"ip\":\"10.0.0.1\"}":{\#(set(".", "f:ip"))}},"f:startTime":{}}}
        """#
    let parts = "[\(entry("kube-controller-manager", controller)),\(entry("kubelet", kubelet))]".components(separatedBy: "<uid>")
    return (parts[0], parts[1])
}()
