import ClawDocuments
import ClawModels

/// The defaults of what makes pods from a template.
enum WorkloadDefaults {
    /// Where a kind keeps its pod template; nil for kinds without one.
    static func templatePath(_ type: ResourceType) -> [String]? {
        switch (type.group, type.plural) {
        case ("", "podtemplates"): ["template"]
        case ("", "replicationcontrollers"), ("apps", "deployments"), ("apps", "replicasets"), ("apps", "statefulsets"),
            ("apps", "daemonsets"), ("batch", "jobs"):
            ["spec", "template"]
        case ("batch", "cronjobs"): ["spec", "jobTemplate", "spec", "template"]
        default: nil
        }
    }

    static func apply(to object: inout JSONObject, _ type: ResourceType) {
        guard let path = templatePath(type) else { return }
        if let fixed = fields[type.plural] {
            object.modify(.spec) { spec in
                guard var own = spec?.object else { return }
                for (name, value) in fixed { own[name] = merged(own[name], value) }
                spec = .object(own)
            }
        }
        object.modify(at: path[...], fillTemplate)
        switch type.plural {
        case "statefulsets": object.modifyMember("spec") { $0.modifyEach("volumeClaimTemplates", fillClaim) }
        case "daemonsets":
            // The number of templates so far, from the time before generations.
            if object.metadataValue(.annotations)?[templateGeneration] == nil {
                var annotations = object.metadataValue(.annotations)?.object ?? JSONObject()
                annotations[templateGeneration] = "1"
                object.setMetadata(.annotations, .object(annotations))
            }
        case "jobs": object.modifyMember("spec", fillCounts)
        default: break
        }
    }

    static let templateGeneration = "deprecated.daemonset.template.generation"

    private static func fillClaim(_ claim: inout JSONObject) {
        claim["apiVersion"] = "v1"
        claim["kind"] = "PersistentVolumeClaim"
        claim.modifyMember("spec") { $0.fillIn(["volumeMode": "Filesystem"]) }
        claim["status"] = ["phase": "Pending"]
    }

    /// A job that says nothing about it runs one pod; one that only says how many at a time runs until one succeeds.
    private static func fillCounts(_ spec: inout JSONObject) {
        if spec["parallelism"] == nil, spec["completions"] == nil { spec["completions"] = 1 }
        spec.fillIn(["parallelism": 1, "manualSelector": false])
        spec.fillIn(["backoffLimit": spec["backoffLimitPerIndex"] == nil ? 6 : 2_147_483_647])
        spec.fillIn(["podReplacementPolicy": spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed"])
    }

    private static func fillTemplate(_ template: inout JSONObject) {
        guard let spec = template[.spec]?.object else { return }
        var pod = PodSpec(document: spec)
        PodDefaults.fill(&pod, isTemplate: true)
        template[.spec] = .object(pod.document)
    }

    /// Members missing in `found` are taken over. A strategy of another type than the default's stays as it is.
    private static func merged(_ found: JSON?, _ value: JSON) -> JSON {
        guard let found, !found.isNull else { return value }
        guard case .object(var own) = found, case .object(let defaults) = value else { return found }
        if let type = own["type"], type != defaults["type"] { return found }
        for (name, value) in defaults { own[name] = merged(own[name], value) }
        return .object(own)
    }

    private static let fields: [String: JSONObject] = [
        "deployments": [
            "replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
            "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"]],
        ],
        "replicasets": ["replicas": 1], "replicationcontrollers": ["replicas": 1],
        "statefulsets": [
            "replicas": 1, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady",
            "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]],
            "persistentVolumeClaimRetentionPolicy": ["whenDeleted": "Retain", "whenScaled": "Retain"],
        ],
        "daemonsets": [
            "revisionHistoryLimit": 10,
            "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 1, "maxSurge": 0]],
        ],
        "jobs": [
            "completionMode": "NonIndexed", "suspend": false,
        ],
        "cronjobs": [
            "concurrencyPolicy": "Allow", "suspend": false, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1,
        ],
    ]
}

extension JSONObject {
    /// Changes the object at a path of members, where there is one.
    fileprivate mutating func modify(at path: ArraySlice<String>, _ change: (inout JSONObject) -> Void) {
        guard let name = path.first else { return change(&self) }
        guard var member = self[name]?.object else { return }
        member.modify(at: path.dropFirst(), change)
        self[name] = .object(member)
    }
}
