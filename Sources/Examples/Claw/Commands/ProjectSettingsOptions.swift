import ArgumentParser
import ClawDocuments

/// What a project is allowed to be, as options of the commands that make and change one.
struct ProjectSettingsOptions: ParsableArguments {
    @Option(help: "What people call it.") var displayName: String?
    @Option(
        help: ArgumentHelp(
            "What all its objects together may ask for: requests.cpu=4, limits.memory=8Gi, pods=20. Can be repeated.",
            valueName: "resource=amount"))
    var quota: [String] = []
    @Option(help: "What its pods may do on their nodes: privileged, baseline or restricted.") var security: String?
    @Option(help: "Whether others are kept out: isolated or open.") var network: String?
    @Option(help: "How far its pods reach: internet or platform.") var egress: String?
    @Option(help: "A namespace whose pods may reach its pods, such as an ingress controller's. Can be repeated.")
    var ingressFrom: [String] = []

    var body: JSONObject {
        get throws {
            var body = JSONObject()
            body.set("displayName", displayName)
            body.set("security", security)
            if !quota.isEmpty {
                var amounts = JSONObject()
                for entry in quota {
                    let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
                    guard parts.count == 2 else { throw ValidationError("'\(entry)' is no resource=amount.") }
                    amounts[parts[0]] = .string(parts[1])
                }
                body["quota"] = .object(amounts)
            }
            var policy = JSONObject()
            policy.set("isolation", network)
            policy.set("egress", egress)
            if !ingressFrom.isEmpty { policy["ingressFrom"] = .array(ingressFrom.map(JSON.string)) }
            if !policy.isEmpty { body["network"] = .object(policy) }
            return body
        }
    }
}
