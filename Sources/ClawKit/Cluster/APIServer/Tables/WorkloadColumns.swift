import ClawBase
import ClawDocuments
import ClawSchemas

/// The columns of what makes pods.
enum WorkloadColumns {
    static let byResource: [String: [Column]] = [
        "replicationcontrollers": counted("core/v1 ReplicationController")
            + Column.containers(["spec", "template"]) + [
                .selector("Selector", .field("core/v1 ReplicationControllerSpec.selector"), ["spec", "selector"])
            ],
        "replicasets.apps": counted("apps/v1 ReplicaSet") + template("apps/v1 ReplicaSetSpec.selector"),
        "deployments.apps": deployments
            + Column.containers(["spec", "template"]) + [
                .selector("Selector", .field("apps/v1 DeploymentSpec.selector"), ["spec", "selector"], none: "")
            ],
        "statefulsets.apps": [.name, ready, .age] + Column.containers(["spec", "template"]),
        "daemonsets.apps": daemonSets + template("apps/v1 DaemonSetSpec.selector"),
        "controllerrevisions.apps": revisions,
        "jobs.batch": jobs + template("batch/v1 JobSpec.selector"),
        "cronjobs.batch": cronJobs
            + Column.containers(["spec", "jobTemplate", "spec", "template"]) + [
                .selector("Selector", .field("batch/v1 JobSpec.selector"), ["spec", "jobTemplate", "spec", "selector"])
            ],
    ]

    private static func template(_ selector: String) -> [Column] {
        Column.containers(["spec", "template"]) + [.selector("Selector", .field(selector), ["spec", "selector"])]
    }

    private static func counted(_ type: String) -> [Column] {
        [
            .name, .number("Desired", .field("\(type)Spec.replicas"), ["spec", "replicas"]),
            .number("Current", .field("\(type)Status.replicas"), ["status", "replicas"]),
            .number("Ready", .field("\(type)Status.readyReplicas"), ["status", "readyReplicas"]), .age,
        ]
    }

    private static let ready = Column("Ready", "Number of the pod with ready state") { object, _ in
        .string("\(object["status"]["readyReplicas"].integer ?? 0)/\(object["spec"]["replicas"].integer ?? 0)")
    }

    private static let deployments: [Column] = [
        .name, ready,
        .number(
            "Up-to-date", .field("apps/v1 DeploymentStatus.updatedReplicas"), ["status", "updatedReplicas"],
            type: "string"),
        .number(
            "Available", .field("apps/v1 DeploymentStatus.availableReplicas"), ["status", "availableReplicas"],
            type: "string"),
        .age,
    ]

    private static let daemonSets: [Column] = {
        func count(_ name: String, _ member: String) -> Column {
            .number(name, .field("apps/v1 DaemonSetStatus.\(member)"), ["status", member])
        }
        return [
            .name, count("Desired", "desiredNumberScheduled"), count("Current", "currentNumberScheduled"),
            count("Ready", "numberReady"), count("Up-to-date", "updatedNumberScheduled"),
            count("Available", "numberAvailable"),
            .selector(
                "Node Selector", .field("core/v1 PodSpec.nodeSelector"), ["spec", "template", "spec", "nodeSelector"],
                priority: 0),
            .age,
        ]
    }()

    private static let revisions: [Column] = [
        .name,
        Column("Controller", "Controller of the object") { object, _ in
            guard let owner = object["metadata"]["ownerReferences"].items.first(where: { $0["controller"].isTrue })
            else {
                return "<none>"
            }
            let (version, kind) = (owner["apiVersion"].string, owner["kind"].string.lowercased())
            let group = version.contains("/") ? ".\(version.prefix { $0 != "/" })" : ""
            return .string("\(kind)\(group)/\(owner["name"].string)")
        },
        .number("Revision", .field("apps/v1beta1 ControllerRevision.revision"), ["revision"], type: "string"), .age,
    ]

    private static let jobs: [Column] = [
        .name, Column("Status", "Status of the job.") { job, _ in .string(state(job)) },
        Column("Completions", .field("batch/v1 JobStatus.succeeded")) { job, _ in
            let done = job["status"]["succeeded"].integer ?? 0
            if let wanted = job["spec"]["completions"].integer { return .string("\(done)/\(wanted)") }
            let parallel = job["spec"]["parallelism"].integer ?? 0
            return .string(parallel > 1 ? "\(done)/1 of \(parallel)" : "\(done)/1")
        },
        Column("Duration", "Time required to complete the job.") { job, now in
            guard let start = Timestamp(rfc3339: job["status"]["startTime"].string) else { return "" }
            return .string(Age.text((Timestamp(rfc3339: job["status"]["completionTime"].string) ?? now) - start))
        },
        .age,
    ]

    private static func state(_ job: Field) -> String {
        func has(_ type: String) -> Bool { job.condition(type)?["status"].string == "True" }
        if has("Complete") { return "Complete" }
        if has("Failed") { return "Failed" }
        if job["metadata"]["deletionTimestamp"].isSet { return "Terminating" }
        if has("Suspended") { return "Suspended" }
        if has("FailureTarget") { return "FailureTarget" }
        return has("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running"
    }

    private static let cronJobs: [Column] = [
        .name, .text("Schedule", .field("batch/v1 CronJobSpec.schedule"), ["spec", "schedule"]),
        .text("Timezone", .field("batch/v1 CronJobSpec.timeZone"), ["spec", "timeZone"], none: "<none>"),
        Column("Suspend", .field("batch/v1 CronJobSpec.suspend"), type: "boolean") { job, _ in
            .string(job["spec"]["suspend"].value?.bool.map { $0 ? "True" : "False" } ?? "<unset>")
        },
        .count("Active", .field("batch/v1 CronJobStatus.active"), ["status", "active"]),
        Column("Last Schedule", .field("batch/v1 CronJobStatus.lastScheduleTime")) { job, now in
            let last = job["status"]["lastScheduleTime"]
            return .string(last.isSet ? Age.text(since: last.string, now: now) : "<none>")
        },
        .age,
    ]
}
