import ClawControl
import ClawDocuments
import ClawSchemas

/// The rules of cron jobs.
enum CronJobRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        let schedule = spec["schedule"]
        if schedule.isEmpty {
            errors.required(schedule)
        } else if schedule.string.contains("TZ") {
            errors.invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
        } else {
            do { _ = try CronSchedule(schedule.string) } catch { errors.invalid(schedule, error.text) }
        }
        errors.notNegative(spec["startingDeadlineSeconds"])
        if let zone = spec["timeZone"].value?.string {
            if zone.isEmpty {
                errors.invalid(spec["timeZone"], "timeZone must be nil or non-empty string")
            } else if zone.lowercased() == "local" {
                errors.invalid(
                    spec["timeZone"],
                    "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
            }
        }
        errors.oneOf(spec["concurrencyPolicy"], ["Allow", "Forbid", "Replace"], isRequired: true)
        JobRules.check(spec: spec["jobTemplate"]["spec"], &errors)
        errors.notNegative(spec, "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    }

    /// The jobs' names append a time to this one.
    static func checkName(_ object: Field, _ errors: inout FieldErrors) {
        let name = object["metadata"]["name"]
        if name.string.utf8.count > 52 { errors.invalid(name, "must be no more than 52 characters") }
    }
}
