import ClawKit

/// What `--check` tells of a configuration file.
struct CheckReport {
    var findings: [Finding] = []
    var configuration = GatewayConfiguration()
    private let path: String?

    init(_ path: String?) {
        self.path = path
        guard let path else { return }
        do throws(InvalidConfiguration) { configuration = try GatewayConfiguration(contentsOf: path) } catch {
            findings = error.findings
        }
    }

    var text: String {
        guard findings.isEmpty else { return findings.map(\.description).joined(separator: "\n") }
        let models = configuration.models.map { model in
            "\(model.name): \(model.deployments.count) \(model.deployments.count == 1 ? "upstream" : "upstreams")"
        }
        return (["\(path ?? "no file"): in order"] + models + configuration.notes.map(\.description))
            .joined(separator: "\n")
    }

    var json: JSON {
        [
            "valid": .bool(findings.isEmpty),
            "findings": .array(findings.map(Self.json)), "notes": .array(configuration.notes.map(Self.json)),
            "models": .array(
                findings.isEmpty
                    ? configuration.models.map { model in
                        ["name": .string(model.name), "upstreams": .integer(Int64(model.deployments.count))]
                    } : []),
        ]
    }

    private static func json(_ finding: Finding) -> JSON {
        var object: JSONObject = ["code": .string(finding.code.rawValue), "message": .string(finding.message)]
        object["field"] = finding.field.map(JSON.string)
        return .object(object)
    }
}
