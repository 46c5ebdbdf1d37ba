import ClawBase
public import ClawDocuments
import ClawResources

/// An `openclaw.json`: what the platform says, with a template's own settings laid over it.
/// <https://docs.openclaw.ai/gateway/configuration-reference>
public struct OpenClawConfiguration: Sendable, Hashable {
    /// The name of the provider that is the platform's model gateway.
    public static let provider = "clawkit"

    /// Names of settings that the platform sets and nothing goes over.
    static let kept: [[String]] = [
        ["gateway", "mode"], ["gateway", "bind"], ["gateway", "port"], ["gateway", "auth", "mode"],
        ["gateway", "auth", "token"], ["gateway", "auth", "password"], ["gateway", "auth", "trustedProxy", "userHeader"],
        ["gateway", "auth", "trustedProxy", "requiredHeaders"], ["gateway", "auth", "trustedProxy", "allowUsers"],
        ["models", "providers", provider],
    ]

    public let document: JSON

    public init(_ subject: RuntimeSubject) {
        document = Self.merged(Self.base(subject), .object(subject.template.config), at: [])
    }

    private static func base(_ subject: RuntimeSubject) -> JSON {
        let models = subject.models.map { alias -> JSON in ["id": .string(alias), "name": .string(alias)] }
        var base: JSON = [
            "gateway": [
                "mode": "local", "bind": "lan", "trustedProxies": .array(subject.proxies.map(JSON.string)),
                "auth": [
                    "mode": "trusted-proxy",
                    "trustedProxy": [
                        "userHeader": "x-claw-user", "requiredHeaders": ["x-claw-runtime", "x-forwarded-proto"],
                        // Whom the gate lets in, it has judged; a gateway is one user's, and so are its devices.
                        "allowLoopback": .bool(subject.proxies.contains { $0.hasPrefix("127.") || $0 == "::1" }),
                        "deviceAutoApprove": ["enabled": true],
                    ],
                ],
                "controlUi": ["allowedOrigins": .array(subject.origins.map(JSON.string))],
            ],
            "models": [
                "mode": "merge",
                "providers": [
                    "clawkit": [
                        "baseUrl": .string(subject.modelsURL), "apiKey": .string("${\(RuntimeCell.modelKey)}"),
                        "api": "openai-completions", "models": .array(models),
                    ]
                ],
            ],
        ]
        if let first = subject.models.first {
            base["agents"] = ["defaults": ["model": ["primary": .string("\(provider)/\(first)")]]]
        }
        return base
    }

    /// Objects member by member; anything else is replaced. (RFC 7396 without its deletion by null: a null is a value.)
    private static func merged(_ base: JSON, _ overlay: JSON, at path: [String]) -> JSON {
        if kept.contains(path) { return base }
        guard case .object(var members) = base, let changes = overlay.object else {
            return kept.contains { $0.starts(with: path) } ? base : overlay
        }
        for (key, value) in changes {
            let inner = path + [key.description]
            if let there = members[key] {
                members[key] = merged(there, value, at: inner)
            } else if !kept.contains(inner) {
                members[key] = value
            }
        }
        return .object(members)
    }

    /// What a template lays over it and may not, or cannot.
    static func findings(overlay: JSONObject) -> [Finding] {
        var findings: [Finding] = []
        for path in kept {
            var place: JSON? = .object(overlay)
            for name in path { place = place?.object?[FieldKey(name)] }
            if place != nil {
                let field = path.joined(separator: ".")
                findings.append(
                    Finding(
                        .badConfig, "The platform sets \(field) itself; take it out of the template.",
                        field: "spec.config.\(field)"))
            }
        }
        for section in ["gateway", "models", "agents", "channels", "tools", "session"] {
            guard let value = overlay[FieldKey(section)], value.object == nil else { continue }
            findings.append(
                Finding(.badConfig, "\(section) must be an object.", field: "spec.config.\(section)"))
        }
        return findings
    }
}
