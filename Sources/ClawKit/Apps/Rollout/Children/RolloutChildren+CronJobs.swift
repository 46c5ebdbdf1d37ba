import ClawKubernetes

extension RolloutChildren {
    var cronJobs: [CronJob] {
        spec.cronjobs.map { job in
            let podLabels = [
                RolloutLabel.project: rollout.namespace ?? "", RolloutLabel.cronJob: names.cronJob(job.name),
            ]
            let container = Container(
                name: job.name, image: "\(ImageReference(job.image))", command: job.command, args: job.args,
                env: Self.environment(job.env), resources: Self.resources(job.resources))
            let pod = PodSpec(
                containers: [container],
                imagePullSecrets: job.image.hasCredentials
                    ? [LocalObjectReference(name: names.cronPullSecret(job.name))] : [], restartPolicy: "Never")
            return CronJob(
                metadata: metadata(names.cronJob(job.name)),
                spec: CronJobSpec(
                    jobTemplate: JobTemplateSpec(
                        metadata: ObjectMeta(labels: labels),
                        spec: JobSpec(
                            template: PodTemplateSpec(metadata: ObjectMeta(labels: podLabels), spec: pod),
                            backoffLimit: job.retries)),
                    schedule: job.schedule, suspend: job.suspend))
        }
    }
}
