package import ClawDocuments

/// How Go names the types behind the API.
package enum GoTypes {
    /// `io.k8s.api.core.v1.ExecAction` -> `ExecAction`
    package static func shortName(_ type: String) -> String { String(type.split(separator: ".").last ?? "") }

    package static func name(_ type: Schema.FieldType, isInt32: Bool) -> String {
        switch type {
        case .string: "string"
        case .integer: isInt32 ? "int32" : "int64"
        case .number: "float64"
        case .bool: "bool"
        case .any: "interface {}"
        case .quantity: "resource.Quantity"
        case .intOrString: "intstr.IntOrString"
        case .time: "v1.Time"
        case .microTime: "v1.MicroTime"
        case .bytes: "[]uint8"
        case .object(let name): name.split(separator: ".").suffix(2).joined(separator: ".")
        case .list(let element): "[]\(Self.name(element, isInt32: isInt32))"
        case .map(let element): "map[string]\(Self.name(element, isInt32: isInt32))"
        }
    }

    /// The names on the way to a field, without the places in lists and maps; embedded types stand before their fields.
    package static func names(on path: FieldPath) -> [String] {
        switch path {
        case .root: []
        case .index(let parent, _), .key(let parent, _): names(on: parent)
        case .member(let parent, let name):
            names(on: parent) + (embedding(name, in: parent).map { [$0] } ?? []) + [name]
        }
    }

    private static func embedding(_ name: String, in parent: FieldPath) -> String? {
        switch (lastMember(parent), name) {
        case ("livenessProbe", "exec"), ("readinessProbe", "exec"), ("startupProbe", "exec"),
            ("livenessProbe", "httpGet"), ("readinessProbe", "httpGet"), ("startupProbe", "httpGet"),
            ("livenessProbe", "tcpSocket"), ("readinessProbe", "tcpSocket"), ("startupProbe", "tcpSocket"),
            ("livenessProbe", "grpc"), ("readinessProbe", "grpc"), ("startupProbe", "grpc"):
            "ProbeHandler"
        case ("volumes", let name) where name != "name": "VolumeSource"
        case ("ephemeralContainers", let name) where name != "targetContainerName": "EphemeralContainerCommon"
        case ("configMapKeyRef", "name"), ("secretKeyRef", "name"), ("configMapRef", "name"), ("secretRef", "name"),
            ("configMap", "name"), ("secret", "name"):
            "LocalObjectReference"
        default: nil
        }
    }

    private static func lastMember(_ path: FieldPath) -> String {
        switch path {
        case .root: ""
        case .member(_, let name): name
        case .index(let parent, _), .key(let parent, _): lastMember(parent)
        }
    }
}
