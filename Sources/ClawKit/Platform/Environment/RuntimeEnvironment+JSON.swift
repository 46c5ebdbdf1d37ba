import ClawBase
import ClawDocuments
import ClawModels
import ClawResources

extension RuntimeEnvironment {
    /// `{items: [{name, value? | source?, layer, object, overrides: [{layer, object}]}], findings, rotation,
    /// refreshSeconds}`. Where a value is kept is told; the value only where it is no secret.
    var representation: JSON {
        [
            "items": .array(variables.map(\.representation)),
            "findings": .array(
                findings.map { finding in
                    var object: JSONObject = [
                        "code": .string(finding.code.rawValue), "message": .string(finding.message),
                    ]
                    object.set("field", finding.field)
                    return .object(object)
                }),
            "rotation": .string(rotation.rawValue), "refreshSeconds": .integer(refresh.components.seconds),
        ]
    }
}

extension RuntimeEnvironment.Variable {
    fileprivate var representation: JSON {
        var object: JSONObject = ["name": .string(name)]
        switch content {
        case .value(let value): object["value"] = .string(value)
        case .sourced(let reference): object["source"] = .string(reference.description)
        case .cluster(let variable): object["source"] = .string(Self.source(of: variable))
        }
        for (key, value) in origin.members { object[FieldKey(key)] = .string(value) }
        object["overrides"] = .array(
            overrides.map { .object(JSONObject($0.members.map { ($0.0, JSON.string($0.1)) })) })
        return .object(object)
    }

    private static func source(of variable: EnvVar) -> String {
        if let key = variable.valueFrom?.secretKeyRef { return "Secret \(key.name ?? ""), entry \(key.key)" }
        if let key = variable.valueFrom?.configMapKeyRef { return "ConfigMap \(key.name ?? ""), entry \(key.key)" }
        if let field = variable.valueFrom?.fieldRef { return "field \(field.fieldPath)" }
        return "the pod"
    }
}

extension EnvironmentOrigin {
    fileprivate var members: [(String, String)] { [("layer", layer.rawValue), ("object", object)] }
}
