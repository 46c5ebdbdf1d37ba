import ClawDocuments

/// A job's own selector and labels, made from its uid, so that no two jobs count each other's pods.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector>
enum JobSelection {
    static func generate(_ job: inout JSONObject) {
        let template = job[.spec]?["template"]
        guard job[.spec]?["manualSelector"] != true, let uid = job.metadataValue(.uid) else { return }
        let given = template?["metadata"]?["labels"]?.object ?? JSONObject()
        // Taken names are for validation to refuse.
        if given["controller-uid"] != nil || given["job-name"] != nil { return }
        let own = job.metadataValue(.labels)?.object ?? JSONObject()
        let name = JSON.string(job.objectName)
        var labels = given
        for (key, value) in [("controller-uid", uid), ("job-name", name)] {
            labels[key] = value
            labels["batch.kubernetes.io/\(key)"] = value
        }
        // A job without labels has its template's.
        if own.isEmpty || own == given { job.setMetadata(.labels, .object(labels)) }
        job.modifyMember("spec") { spec in
            spec.modifyMember("template") { template in
                var metadata = template["metadata"]?.object ?? JSONObject()
                metadata["labels"] = .object(labels)
                template["metadata"] = .object(metadata)
            }
            var selector = spec["selector"]?.object ?? JSONObject()
            var wanted = selector["matchLabels"]?.object ?? JSONObject()
            if wanted["batch.kubernetes.io/controller-uid"] == nil { wanted["batch.kubernetes.io/controller-uid"] = uid }
            selector["matchLabels"] = .object(wanted)
            spec["selector"] = .object(selector)
        }
    }
}
