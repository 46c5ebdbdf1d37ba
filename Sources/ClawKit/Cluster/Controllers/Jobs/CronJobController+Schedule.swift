import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawSchemas

/// When the next Job is due, and what happens then.
extension CronJobController {
    private static let mostMissed = 100

    /// Makes a Job where one is due.
    /// - Returns: how long until the next is due; nil where that is not known.
    func next(_ cronJob: CronJob, _ status: inout CronJobStatus, _ now: Timestamp) async throws -> Duration? {
        guard !cronJob.isBeingDeleted, let zone = await zone(of: cronJob), cronJob.spec.suspend != true else { return nil }
        let schedule: CronSchedule
        do {
            schedule = try CronSchedule(cronJob.spec.schedule)
        } catch {
            let text = GoText.quoted(.string(cronJob.spec.schedule))
            await events.warning("UnparseableSchedule", "unparseable schedule: \(text) : \(error.text)", on: cronJob)
            return nil
        }
        do {
            if let due = try await due(cronJob, schedule, zone, now) { try await run(cronJob, due, zone, &status, now) }
        } catch let problem as CronProblem {
            await events.warning("InvalidSchedule", "invalid schedule: \(problem.text)", on: cronJob)
            return nil
        }
        return schedule.next(after: now, in: zone).map { $0 - now }
    }

    private func zone(of cronJob: CronJob) async -> TimeZoneRules? {
        guard let name = cronJob.spec.timeZone else { return .utc }
        if let zone = TimeZoneRules(named: name) { return zone }
        let text = GoText.quoted(.string(name))
        await events.warning("UnknownTimeZone", "invalid timeZone: \(text): unknown time zone \(name)", on: cronJob)
        return nil
    }

    /// The last moment at which a Job should have been made and was not.
    private func due(
        _ cronJob: CronJob, _ schedule: CronSchedule, _ zone: TimeZoneRules, _ now: Timestamp
    ) async throws -> Timestamp? {
        var earliest = cronJob.status?.lastScheduleTime.flatMap(Timestamp.init(rfc3339:)) ?? cronJob.metadata.created ?? now
        // What is older than the deadline is not made up for.
        let deadline = cronJob.spec.startingDeadlineSeconds.map { Duration.seconds($0) }
        if let deadline { earliest = max(earliest, now - deadline) }
        guard let missed = try schedule.missed(after: earliest, until: now, in: zone) else { return nil }
        if missed.count > Self.mostMissed {
            await events.warning(
                "TooManyMissedTimes",
                "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
                on: cronJob)
        }
        if let deadline, missed.latest + deadline < now {
            await events.warning(
                "MissSchedule", "Missed scheduled time to start a job: \(missed.latest.httpDate.dropLast(3))+0000", on: cronJob)
            return nil
        }
        return missed.latest
    }

    private func run(
        _ cronJob: CronJob, _ due: Timestamp, _ zone: TimeZoneRules, _ status: inout CronJobStatus, _ now: Timestamp
    ) async throws {
        let name = "\(cronJob.name)-\(due.seconds / 60)"
        guard !status.active.contains(where: { $0.name == name }), status.lastScheduleTime != due.rfc3339() else { return }
        if cronJob.spec.concurrencyPolicy == "Forbid", !status.active.isEmpty {
            return await events.normal(
                "JobAlreadyActive",
                "Not starting job because prior execution is running and concurrency policy is Forbid", on: cronJob)
        }
        if cronJob.spec.concurrencyPolicy == "Replace" {
            for reference in status.active {
                if let job = try await job(reference, of: cronJob) { try await delete(job, of: cronJob, now) }
                status.active.removeAll { $0.uid == reference.uid }
            }
        }
        guard let job = try await make(cronJob, name, due, zone, now) else { return }
        if !job.isFinished {
            status.active.append(
                ObjectReference(
                    apiVersion: Job.type.apiVersion, kind: "Job", name: job.name, namespace: job.namespace,
                    resourceVersion: job.resourceVersion, uid: job.uid))
        }
        status.lastScheduleTime = due.rfc3339()
    }

    /// - Returns: the Job, made now or at a former try; nil where there can be none.
    private func make(
        _ cronJob: CronJob, _ name: String, _ due: Timestamp, _ zone: TimeZoneRules, _ now: Timestamp
    ) async throws -> Job? {
        let template = cronJob.spec.jobTemplate
        var annotations = template.metadata?.annotations ?? [:]
        annotations[JobNames.scheduledTime] = zone.rfc3339(due)
        let new = Job(
            metadata: ObjectMeta(
                name: name, namespace: cronJob.namespace, labels: template.metadata?.labels ?? [:],
                annotations: annotations, ownerReferences: [OwnerReference(controlling: cronJob)]),
            spec: template.spec)
        do {
            let job = try await client.create(new)
            didMake(job, for: cronJob, now)
            await events.normal("SuccessfulCreate", "Created job \(name)", on: cronJob)
            return job
        } catch let error as KubernetesError where error.isAlreadyExists {
            let found = try await client.find(Job.self, name, in: cronJob.namespace)
            guard let found, found.metadata.isControlled(by: cronJob) else { throw error }
            return found
        } catch let error as KubernetesError where error.causes.contains(where: { $0.reason == "NamespaceTerminating" }) {
            return nil
        } catch let error as KubernetesError {
            await events.warning("FailedCreate", "Error creating job: \(error.message)", on: cronJob)
            throw error
        }
    }
}

extension TimeZoneRules {
    /// The moment as this zone's clock shows it.
    fileprivate func rfc3339(_ moment: Timestamp) -> String {
        let offset = offset(at: moment.seconds)
        let local = (moment + .seconds(offset)).rfc3339()
        guard offset != 0 else { return local }
        func pad(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (abs(offset) / 3600, abs(offset) / 60 % 60)
        return "\(local.dropLast())\(offset < 0 ? "-" : "+")\(pad(hours)):\(pad(minutes))"
    }
}
