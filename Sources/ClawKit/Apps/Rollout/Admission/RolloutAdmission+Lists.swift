import ClawBase
import ClawControl
import ClawKubernetes

extension RolloutAdmission {
    private var names: RolloutNames { RolloutNames(rollout) }

    mutating func checkVolumes() {
        checkEntryNames(rollout.spec.volumes.map(\.name), of: "volumes")
        var paths: Set<String> = []
        for (index, volume) in rollout.spec.volumes.enumerated() {
            let field = "spec.volumes[\(index)]"
            let claim = names.volume(volume.name)
            if ObjectName.isLabel(volume.name), !ObjectName.isLabel(claim) {
                add(.badName, "'\(claim)' is longer than 63 characters; shorten it.", at: "\(field).name")
            }
            if let size = amount(volume.size, at: "\(field).size"), !(size > .zero) {
                add(.quantity, "A volume of no size cannot be made; write it as 1Gi.", at: "\(field).size")
            }
            if volume.mountPath.isEmpty || volume.mountPath.contains(":") {
                add(
                    .mountPath, "A mount path is not empty and has no ':'; write it as /data.", at: "\(field).mountPath"
                )
            } else if !paths.insert(volume.mountPath).inserted {
                add(.duplicate, "Two volumes cannot stand in one place; choose another.", at: "\(field).mountPath")
            }
            if let name = volume.storageClass, !ObjectName.isSubdomain(name) {
                add(.badName, "No storage class is called \(ObjectName.shown(name)).", at: "\(field).storageClass")
            }
        }
    }

    mutating func checkInterfaces() {
        checkEntryNames(rollout.spec.interfaces.map(\.name), of: "interfaces")
        for (index, interface) in rollout.spec.interfaces.enumerated() {
            let field = "spec.interfaces[\(index)]"
            let service = names.service(interface.name)
            if ObjectName.isLabel(interface.name), !ObjectName.isServiceName(service) {
                add(
                    .badName,
                    "'\(service)' cannot be a Service's name, with a letter first and at most 63 characters.",
                    at: "\(field).name")
            }
            if !(1...65_535).contains(interface.port) {
                add(.port, "\(interface.port) is no port; use 1 to 65535.", at: "\(field).port")
            }
            if let ingress = interface.ingress { check(ingress, at: "\(field).ingress") }
        }
    }

    private mutating func check(_ ingress: Rollout.Ingress, at field: String) {
        if !ingress.ingressClass.isEmpty, !ObjectName.isSubdomain(ingress.ingressClass) {
            add(
                .badName, "No ingress class is called \(ObjectName.shown(ingress.ingressClass)).",
                at: "\(field).ingressClass")
        }
        for (index, rule) in ingress.rules.enumerated() {
            let place = "\(field).rules[\(index)]"
            if !rule.host.isEmpty, !ObjectName.isHost(rule.host) {
                add(
                    .address,
                    "\(ObjectName.shown(rule.host)) is no host; write it as web.example.com or *.example.com.",
                    at: "\(place).host")
            }
            if !rule.path.isEmpty, !rule.path.hasPrefix("/") {
                add(.address, "A path begins with '/'.", at: "\(place).path")
            }
            if let secret = rule.tlsSecretName, !ObjectName.isSubdomain(secret) {
                add(.badName, "No Secret is called \(ObjectName.shown(secret)).", at: "\(place).tlsSecretName")
            }
        }
    }

    /// As the cluster will read it.
    private mutating func checkSchedule(_ text: String, at field: String) {
        if text.contains("TZ") { return add(.schedule, "A time zone cannot stand in a schedule.", at: field) }
        do { _ = try CronSchedule(text) } catch {
            add(.schedule, "The schedule cannot be read: \(error.text).", at: field)
        }
    }

    mutating func checkCronJobs() {
        checkEntryNames(rollout.spec.cronjobs.map(\.name), of: "cronjobs")
        for (index, job) in rollout.spec.cronjobs.enumerated() {
            let field = "spec.cronjobs[\(index)]"
            check(job.image, at: "\(field).image")
            check(job.resources, at: "\(field).resources")
            check(job.env, at: "\(field).env")
            checkSchedule(job.schedule, at: "\(field).schedule")
            if job.retries < 0 {
                add(.scale, "Fewer than no retries cannot be; write 0 or more.", at: "\(field).backoffLimit")
            }
        }
    }
}
