import ClawDocuments
import ClawKubernetes
import ClawLedger
import ClawResources

/// The shapes of bodies in `/openapi.json`, by name (JSON Schema 2020-12).
enum OpenAPISchemas {
    private static let string: JSON = ["type": "string"]
    private static let secret: JSON = ["type": "string", "format": "password", "writeOnly": true]
    private static let bool: JSON = ["type": "boolean"]
    private static let time: JSON = ["type": "string", "format": "date-time"]
    private static let label: JSON = ["type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"]
    private static let role = words(ProjectRole.allCases.map(\.rawValue))

    private static func words(_ words: [String]) -> JSON { ["type": "string", "enum": .array(words.map(JSON.string))] }
    private static func list(of item: JSON) -> JSON { ["type": "array", "items": item] }
    private static func ref(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

    /// - Parameter required: names; the others may be absent.
    private static func object(_ required: [String], _ properties: JSONObject) -> JSON {
        ["type": "object", "required": .array(required.map(JSON.string)), "properties": .object(properties)]
    }

    private static func items(_ name: String) -> JSON { object(["items"], ["items": list(of: ref(name))]) }

    static let all: JSONObject = {
        var all = bodies
        for (name, schema) in answers { all[name] = schema }
        for (name, schema) in ledger { all[name] = schema }
        for (name, schema) in policies { all[name] = schema }
        for (name, schema) in capacity { all[name] = schema }
        return all
    }()

    /// Amounts by resource: `{"requests.cpu": "4", "pods": "20"}`.
    private static let quantities: JSON = ["type": "object", "additionalProperties": ["type": ["string", "integer"]]]
    private static let projectSettings: JSONObject = [
        "displayName": string, "quota": quantities,
        "containerDefaults": object([], ["requests": quantities, "limits": quantities]),
        "security": words(PodSecurity.allCases.map(\.rawValue)),
        "network": object(
            [],
            [
                "isolation": words(ProjectNetwork.Isolation.allCases.map(\.rawValue)),
                "egress": words(ProjectNetwork.Egress.allCases.map(\.rawValue)), "ingressFrom": list(of: label),
            ]),
    ]

    private static let capacity: JSONObject = [
        "CapacityCreation": object(
            ["name", "endpoint"],
            [
                "name": label, "endpoint": string, "runtimes": integer, "projects": list(of: string),
                "labels": list(of: string), "heartbeatSeconds": integer, "lostAfterSeconds": integer,
                "mutualTLS": bool,
            ]),
        "Capacity": object(
            ["name", "endpoint", "runtimes", "projects", "labels", "drain", "phase", "allocated"],
            [
                "name": label, "endpoint": string, "runtimes": integer, "projects": list(of: string),
                "labels": ["type": "object", "additionalProperties": string], "drain": bool, "phase": string,
                "message": string, "allocated": integer, "ready": bool, "lastHeartbeat": time, "createdAt": time,
                "mutualTLS": bool, "trust": words(CapacityTrust.allCases.map(\.rawValue)), "leaving": bool,
                "certificate": object(["fingerprint", "expiresAt"], ["fingerprint": string, "expiresAt": time]),
            ]),
        "CapacityList": items("Capacity"), "CapacityChange": object(["drain"], ["drain": bool]),
        "NewCapacity": [
            "allOf": [
                ref("Capacity"),
                object(["enrolmentToken"], ["enrolmentToken": string, "enrolmentExpiresAt": time]),
            ]
        ],
        "CapacityEnrolment": object(
            ["enrolmentToken"], ["enrolmentToken": secret, "programToken": secret, "certificateRequest": string]),
        "EnrolledCapacity": object(
            ["expiresAt", "heartbeatSeconds"],
            [
                "token": string, "expiresAt": time, "heartbeatSeconds": integer, "certificate": string,
                "authority": string, "url": string,
            ]),
        "CapacityHeartbeat": object(
            [], ["token": secret, "ready": bool, "leaving": bool, "certificateRequest": string]),
        "HeardCapacity": object(
            ["phase", "drain"],
            [
                "phase": string, "drain": bool, "heartbeatSeconds": integer, "token": string, "expiresAt": time,
                "certificate": string, "authority": string,
            ]),
    ]

    private static let scope = words(TokenScope.allCases.map(\.rawValue))
    private static let audiences = list(of: words(TokenAudience.allCases.map(\.rawValue)))
    private static let policyRules = JSON.object(PolicySpec.schema.json)
    private static let policies: JSONObject = [
        "Policy": object(
            ["name", "rules"],
            [
                "name": string, "rules": policyRules, "accepted": bool, "reason": string, "message": string,
                "createdAt": time,
            ]),
        "PolicyList": items("Policy"),
        "EffectivePolicy": object(
            ["project", "rules", "sources"],
            [
                "project": label, "user": label, "rules": policyRules,
                "sources": list(of: object(["rule", "layer"], ["rule": string, "layer": string])),
            ]),
    ]

    private static let bodies: JSONObject = [
        "SignIn": [
            "oneOf": [
                object(["token"], ["token": string]),
                object(["user", "password"], ["user": label, "password": secret, "newPassword": secret]),
            ]
        ],
        "TokenCreation": object(["label"], ["label": string, "scope": scope, "audiences": audiences, "days": integer]),
        "PasswordChange": object(["new"], ["current": secret, "new": secret]),
        "PasswordReset": object([], ["password": secret]),
        "TenantCreation": object(["name"], ["name": label, "displayName": string, "quota": quantities]),
        "TenantChange": object([], ["displayName": ["type": ["string", "null"]], "quota": quantities]),
        "ProjectCreation": object(["name", "tenant"], joined(["name": label, "tenant": label], projectSettings)),
        "ProjectChange": object([], joined(["members": list(of: ref("Member"))], projectSettings)),
        "MemberDeclaration": object(["role"], ["role": role]),
        "UserCreation": object(
            ["name"],
            ["name": label, "displayName": string, "administrator": bool, "project": label, "role": role]),
        "UserChange": object(
            [], ["displayName": ["type": ["string", "null"]], "administrator": bool, "disabled": bool]),
        "PolicyDeclaration": object(["rules"], ["rules": policyRules]),
        "Settlement": object(["as"], ["as": words(OperationEngine.Settlement.allCases.map(\.rawValue))]),
        "RuntimeCreation": object(
            [], joined(rest, ["name": label, "user": label, "template": label, "capacity": label])),
        "RuntimeChange": object([], rest),
        "RouteCreation": object(["name", "host"], route),
        "CheckpointCreation": object(
            ["name", "runtime"],
            ["name": label, "runtime": label, "timeoutSeconds": integer, "ttlSeconds": integer, "secretName": label]),
        "PoolDeclaration": object([], pool),
    ]

    /// As `kubectl explain runtimes.spec` has them; in a change null takes one back.
    private static let rest: JSONObject = [
        "idle": [
            "type": ["object", "null"],
            "properties": [
                "afterSeconds": integer, "signals": list(of: words(RuntimeIdle.Signal.allCases.map(\.rawValue))),
                "sleepAt": string, "wakeAt": string, "timeZone": string,
            ],
        ],
        "wake": ["type": ["object", "null"], "properties": ["onRequest": bool, "holdSeconds": integer]],
        "checkpoint": [
            "type": ["object", "null"],
            "properties": [
                "on": list(of: words(RuntimeRest.allCases.map(\.rawValue))), "timeoutSeconds": integer,
                "secretName": string,
                "beforeUpdate": object(
                    [],
                    [
                        "method": words(CheckpointMethod.allCases.map(\.rawValue)), "keep": integer,
                        "onFailure": words(UpdateCheckpoint.Failure.allCases.map(\.rawValue)),
                    ]),
            ],
        ],
    ]

    private static let pool: JSONObject = [
        "template": label, "size": integer, "max": integer, "hitPercent": integer, "windowSeconds": integer,
        "maxAgeSeconds": integer, "startSeconds": integer,
        "update": words(RuntimePoolSpec.Update.allCases.map(\.rawValue)),
        "driver": words(RuntimeSpec.Driver.allCases.map(\.rawValue)),
    ]

    private static let route: JSONObject = [
        "name": label, "host": string, "path": string, "runtime": label, "service": label, "port": integer,
        "access": words(RouteAudience.allCases.map(\.rawValue)), "tlsSecret": label,
    ]

    private static let integer: JSON = ["type": "integer"]
    /// Dollars, exactly.
    private static let money: JSON = ["type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?$"]
    private static let amounts = object(
        [], ["cost": money, "tokens": integer, "requests": integer, "inFlight": integer])
    private static let tokens = object(
        ["input", "cached", "cacheWritten", "output", "reasoning"],
        ["input": integer, "cached": integer, "cacheWritten": integer, "output": integer, "reasoning": integer])
    private static let totals: JSONObject = [
        "rows": integer, "cost": money, "tokens": tokens,
        "amounts": ["type": "object", "additionalProperties": integer],
    ]
    private static let limit: JSONObject = [
        "id": string, "holder": string, "name": string, "window": string, "limits": amounts, "softPercent": integer,
    ]
    private static let limitFields: JSONObject = [
        "window": string, "cost": money, "tokens": integer, "requests": integer, "inFlight": integer,
        "softPercent": integer,
    ]
    private static let modelKey: JSONObject = [
        "id": string, "label": string, "prefix": string, "tenant": label, "project": label, "user": label,
        "runtime": label, "models": list(of: string), "limits": list(of: object(["id"], limit)), "createdAt": time,
        "createdBy": string, "expiresAt": time, "cacheSeconds": integer,
    ]

    private static func joined(_ a: JSONObject, _ b: JSONObject) -> JSONObject {
        var all = a
        for (name, schema) in b { all[name] = schema }
        return all
    }

    /// What was used, what may be, and keys for models.
    private static let ledger: JSONObject = [
        "UsageSums": object(
            ["totals"],
            [
                "totals": object(["rows", "cost", "tokens", "amounts"], totals),
                "groups": list(
                    of: object(["value", "rows", "cost"], joined(totals, ["value": ["type": ["string", "null"]]]))),
            ]),
        "UsageRow": object(
            ["id", "at", "meter", "item", "cost", "tokens", "amount", "settlement", "charges"],
            [
                "id": string, "at": time, "tenant": string, "project": string, "user": string, "runtime": string,
                "key": string, "meter": string, "item": string, "deployment": string, "cost": money, "tokens": tokens,
                "amount": integer, "settlement": words(UsageRow.Settlement.allCases.map(\.rawValue)),
                "charges": list(of: ["type": "object"]), "details": ["type": "object"],
            ]),
        "UsageRowList": object(["items"], ["items": list(of: ref("UsageRow")), "next": string]),
        "LimitDeclaration": object(["holder", "name"], joined(limitFields, ["holder": string, "name": string])),
        "Limit": object(
            ["id", "holder", "name", "window", "limits", "spent", "reserved"],
            joined(limit, ["spent": amounts, "reserved": amounts, "resetsAt": time])),
        "LimitList": items("Limit"),
        "ModelKeyCreation": object(
            [],
            [
                "label": string, "tenant": label, "project": label, "user": label, "models": list(of: string),
                "limits": list(of: object(["name"], joined(limitFields, ["name": string]))), "expiresAt": time,
                "allowsEstimates": bool, "cacheSeconds": integer,
            ]),
        "ModelKey": object(["id", "label", "prefix", "models", "createdAt", "createdBy"], modelKey),
        "ModelKeyList": items("ModelKey"),
        "InvitationCreation": object(
            ["invitee"],
            ["invitee": string, "project": label, "role": role, "administrator": bool, "hours": integer]),
        "Invitation": object(
            ["id", "invitee", "administrator", "createdAt", "createdBy", "expiresAt"],
            [
                "id": string, "invitee": string, "project": label, "role": role, "administrator": bool,
                "createdAt": time, "createdBy": string, "expiresAt": time, "revokedAt": time, "acceptedAt": time,
                "acceptedBy": string,
            ]),
        "InvitationList": items("Invitation"),
        "NewInvitation": ["allOf": [ref("Invitation"), object(["token"], ["token": string])]],
        "InvitationAcceptance": object(
            ["token", "name"], ["token": string, "name": label, "displayName": string, "password": secret]),
        "NewModelKey": ["allOf": [ref("ModelKey"), object(["key"], ["key": string])]],
    ]

    private static let user: JSONObject = [
        "name": label, "displayName": string, "administrator": bool, "disabled": bool,
        "password": words(["none", "set", "temporary"]), "projects": list(of: ref("Membership")), "createdAt": time,
    ]
    private static let userRequired = ["name", "administrator", "disabled", "password", "projects", "createdAt"]

    private static let answers: JSONObject = [
        "Error": object(
            ["code", "message"],
            [
                "code": string, "message": string, "field": string,
                "details": ["type": "object", "additionalProperties": string],
            ]),
        "Token": object(
            ["id", "label", "scope", "audiences", "createdAt"],
            [
                "id": string, "label": string, "scope": scope, "audiences": audiences, "createdAt": time,
                "expiresAt": time,
            ]),
        "TokenList": items("Token"),
        "Identity": object(["issuer", "subject"], ["issuer": string, "subject": string]),
        "IdentityList": items("Identity"),
        "NewToken": ["allOf": [ref("Token"), object(["token"], ["token": string])]],
        "TemporaryPassword": object(["user", "expiresAt"], ["user": label, "password": string, "expiresAt": time]),
        "Session": object(["user", "expiresAt"], ["user": label, "expiresAt": time]),
        "Me": object(
            ["user", "administrator", "roles", "projects"],
            [
                "user": label, "displayName": string, "administrator": bool, "roles": list(of: string),
                "projects": list(of: ref("Membership")), "expiresAt": time,
            ]),
        "Member": object(["user", "role"], ["user": label, "role": role]),
        "MemberList": items("Member"),
        "Membership": object(["project", "role"], ["project": label, "role": role]),
        "Tenant": object(
            ["name"],
            [
                "name": label, "displayName": string, "quota": quantities, "suspended": bool, "deletedAfter": time,
                "createdAt": time,
            ]),
        "TenantList": items("Tenant"),
        "Project": object(
            ["name", "tenant", "members", "phase"],
            joined(
                [
                    "name": label, "tenant": label, "members": list(of: ref("Member")),
                    "phase": words(["Pending", "Ready", "Failed", "Deleting"]), "reason": string, "createdAt": time,
                ], projectSettings)),
        "ProjectList": items("Project"),
        "User": object(userRequired, user),
        "UserList": items("User"),
        "NewUser": [
            "allOf": [ref("User"), object(["token"], ["token": string])]
        ],
        "Runtime": object(
            ["name", "project", "user", "desiredState", "phase", "url", "restarts", "conditions"],
            [
                "name": label, "project": label, "user": label, "template": string,
                "desiredState": words(RuntimeSpec.DesiredState.allCases.map(\.rawValue)),
                "phase": words(RuntimePhase.allCases.map(\.rawValue)), "url": string, "restarts": ["type": "integer"],
                "idle": ["type": "object"], "wake": ["type": "object"], "checkpoint": ["type": "object"],
                "fromTemplate": list(of: words(RestWords.names.sorted())), "pool": label, "lastActivity": time,
                "sleep": object(["since", "reason"], ["since": time, "reason": string]),
                "lastError": ref("Failure"), "conditions": list(of: ["type": "object"]), "createdAt": time,
            ]),
        "RuntimeEnvironment": object(
            ["items", "findings", "rotation"],
            [
                "items": list(
                    of: object(
                        ["name", "layer", "object", "overrides"],
                        [
                            "name": string, "value": string, "source": string, "layer": string, "object": string,
                            "overrides": list(of: object(["layer", "object"], ["layer": string, "object": string])),
                        ])),
                "findings": list(of: object(["code", "message"], ["code": string, "message": string, "field": string])),
                "rotation": words(EnvironmentSpec.Rotation.allCases.map(\.rawValue)), "refreshSeconds": integer,
            ]),
        "RuntimeList": items("Runtime"),
        "Route": object(
            ["name", "project", "host", "path", "access", "phase"],
            joined(
                route,
                ["project": label, "phase": string, "reason": string, "url": string, "createdAt": time])),
        "RouteList": items("Route"),
        "Checkpoint": object(
            ["name", "project", "phase", "encrypted"],
            [
                "name": label, "project": label, "runtime": label, "pod": string, "phase": string, "method": string,
                "digest": string, "sizeBytes": integer, "encrypted": bool, "createdAt": time, "completedAt": time,
                "fallback": object(["code", "message"], ["code": string, "message": string]),
                "restores": list(
                    of: object(["at"], ["at": time, "method": string, "code": string, "message": string])),
                "error": object(["code", "message"], ["code": string, "message": string]),
            ]),
        "CheckpointList": items("Checkpoint"),
        "Pool": object(
            ["name", "project", "size", "wanted", "warm", "starting", "outdated", "ready"],
            [
                "name": label, "project": label, "template": label, "size": integer, "wanted": integer,
                "warm": integer, "starting": integer, "outdated": integer, "ready": bool, "reason": string,
                "message": string, "maxAgeSeconds": integer, "startSeconds": integer, "update": string,
                "forecast": object(["max"], ["max": integer, "hitPercent": integer, "windowSeconds": integer]),
                "createdAt": time,
            ]),
        "PoolList": items("Pool"),
        "RuntimeBundle": object(
            ["project", "runtime", "user", "cell", "environment"],
            [
                "project": label, "runtime": label, "user": string, "cell": string,
                "environment": ["type": "object", "additionalProperties": string], "revision": string,
                "files": ["type": "object", "additionalProperties": string],
            ]),
        "Failure": object(["code", "message"], ["code": string, "message": string, "field": string]),
        "Operation": object(
            ["id", "action", "target", "actor", "state", "steps", "createdAt", "updatedAt"],
            [
                "id": string, "action": string, "target": string, "actor": string,
                "state": words(Operation.State.allCases.map(\.rawValue)),
                "steps": list(
                    of: object(
                        ["name", "state", "attempts"],
                        [
                            "name": string, "state": words(Operation.State.allCases.map(\.rawValue)),
                            "attempts": ["type": "integer"],
                            "progress": ["type": "number", "minimum": 0, "maximum": 1],
                            "undo": words(Operation.State.allCases.map(\.rawValue)), "message": string,
                        ])),
                "findings": list(of: ref("Failure")), "waitsFor": string, "cancelledBy": string,
                "error": ref("Failure"), "result": ["type": "object"], "createdAt": time, "updatedAt": time,
            ]),
        "OperationList": items("Operation"),
        "OperationStarted": object(["operation"], ["operation": ref("Operation")]),
        "RuntimeAndOperation": object(
            ["operation", "runtime"],
            ["operation": ref("Operation"), "runtime": ["anyOf": [ref("Runtime"), ["type": "null"]]]]),
    ]
}
