import ClawBase
import ClawDocuments
import ClawPlatform
import ClawResources
import Yams

/// Reads a `ModelEndpoint` as `claw.yaml` is read: one reader, one set of rules.
struct EndpointReader {
    /// Where the Secrets are that endpoints may name.
    let namespace: String

    /// - Returns: the model, and everything that is wrong with it; the model counts only where nothing is.
    func read(_ endpoint: ModelEndpoint) -> (model: DeclaredModel?, findings: [Finding]) {
        var spec = endpoint.document["spec"]?.object ?? JSONObject()
        if spec["name"] == nil { spec["name"] = .string(endpoint.name) }
        var reader = GatewayReader(file: "modelendpoints/\(endpoint.name)")
        var lines: [String: Int] = [:]
        let model = reader.model(Yams.Node(.object(spec)), at: "spec", RoutePolicy(), &lines)
        var findings = reader.findings
        for (index, deployment) in (model?.deployments ?? []).enumerated() {
            for location in deployment.upstream.secretLocations {
                if let words = problem(with: location) {
                    findings.append(Finding(.badConfig, "spec.upstreams[\(index)]: \(words)", field: reader.reader.file))
                }
            }
        }
        return (model, findings)
    }

    private func problem(with location: SecretLocation) -> String? {
        switch location {
        case .cluster(namespace, _, _): nil
        case .cluster(let other, let name, _):
            "the Secret \(name) is in \(other); endpoints may name Secrets of \(namespace) only: move it there."
        case .environment, .file:
            "env and file are the gateway's own; keep the key in a Secret and write {secret: \(namespace)/NAME/ENTRY}."
        }
    }
}

extension DeclaredUpstream {
    /// Where its keys are kept.
    var secretLocations: [SecretLocation] {
        switch self {
        case .echo: []
        case .http(_, _, let key, _), .pool(_, _, let key, _):
            switch key {
            case .none: []
            case .at(let location): [location]
            case .aws(_, let id, let secret, let session): [id, secret, session].compactMap { $0 }
            }
        }
    }
}

extension Yams.Node {
    /// A document as YAML's reader would have it, but for lines.
    fileprivate init(_ json: JSON) {
        switch json {
        case .null: self = .scalar(.init("null", Tag(.null)))
        case .bool(let value): self = .scalar(.init(value ? "true" : "false", Tag(.bool)))
        case .integer(let value): self = .scalar(.init(String(value), Tag(.int)))
        case .double: self = .scalar(.init(json.description, Tag(.float)))
        case .string(let value): self = .scalar(.init(value, Tag(.str)))
        case .array(let values): self = .sequence(.init(values.map { Node($0) }, Tag(.seq)))
        case .object(let object):
            self = .mapping(.init(object.map { (Node(.string($0.name)), Node($0.value)) }, Tag(.map)))
        }
    }
}
