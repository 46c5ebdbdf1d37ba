import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawSchemas
import HTTPTypes

/// `POST …/serviceaccounts/NAME/token`, and the reviews of who somebody is.
/// <https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/>
extension APIServer {
    private static let tokenRequest = "io.k8s.api.authentication.v1.TokenRequest"

    func issueToken(_ call: ResourceCall) async throws -> Response {
        guard let account = store.get(call.resource.collection, try call.key())?.object else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        guard var asked = try await call.bodyValue().object else {
            throw APIStatus.badRequest("the object provided is unrecognized (must be of type TokenRequest)")
        }
        asked["kind"] = "TokenRequest"
        asked["apiVersion"] = "authentication.k8s.io/v1"
        let inspection = SchemaTable.kubernetes.inspect(asked, as: Self.tokenRequest)
        if let mismatch = inspection.mismatches.first {
            throw APIStatus.badRequest(
                "TokenRequest in version \"v1\" cannot be handled as a TokenRequest: json: cannot unmarshal "
                    + "\(mismatch.found) into field \(mismatch.path) of type \(mismatch.expected)")
        }
        asked = SchemaTable.kubernetes.pruned(asked, as: Self.tokenRequest)
        asked[.status] = nil
        for (key, value) in [
            (FieldKey.name, JSON.string(call.name)), (.namespace, .string(call.namespace ?? "")),
            (.uid, account.metadataValue(.uid) ?? ""), (.creationTimestamp, .string(time.now.rfc3339())),
        ] { asked.setMetadata(key, value) }
        var spec = asked[.spec]?.object ?? JSONObject()
        if spec["expirationSeconds"]?.integer == nil { spec["expirationSeconds"] = 3600 }
        asked[.spec] = .object(spec)
        asked = FieldManager(
            types: .kubernetes, schema: SchemaTable.kubernetes[Self.tokenRequest],
            apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", subresource: "token"
        ).update(from: nil, to: asked, manager: call.manager, at: time.now)
        let seconds = try lifetime(of: spec, call)
        if (spec["audiences"]?.array ?? []).isEmpty { spec["audiences"] = [.string(accounts.issuer)] }
        let bound = try boundObjects(spec["boundObjectRef"], call)
        if spec["boundObjectRef"] == nil { spec["boundObjectRef"] = .null }
        asked[.spec] = .object(spec)
        let issued = try accounts.issue(
            to: ServiceAccountName(namespace: call.namespace ?? "", name: call.name),
            uid: account.metadataString(.uid) ?? "", audiences: (spec["audiences"]?.array ?? []).compactMap(\.string),
            lifetime: .seconds(seconds), boundTo: bound)
        asked[.status] = [
            "token": .string(call.isDryRun ? "" : issued.token),
            "expirationTimestamp": .string(issued.expires.rfc3339()),
        ]
        return .document(asked, status: .created)
    }

    private func lifetime(of spec: JSONObject, _ call: ResourceCall) throws -> Int64 {
        let seconds = spec["expirationSeconds"]?.integer ?? 0
        let problem: String? =
            if seconds < 600 {
                "may not specify a duration less than 10 minutes"
            } else if seconds > 1 << 32 {
                "may not specify a duration larger than 2^32 seconds"
            } else {
                nil
            }
        if let problem {
            throw APIStatus.invalid(
                kind: "TokenRequest", group: "authentication.k8s.io", name: call.name,
                [.invalid("spec.expirationSeconds", .integer(seconds), problem)])
        }
        // The longest a token lives here, as kube-apiserver's default: a year.
        return min(seconds, 365 * 86400)
    }

    /// The object the token shall end with, and the node of a pod.
    private func boundObjects(_ reference: JSON?, _ call: ResourceCall) throws -> [ServiceAccountTokens.BoundObject] {
        guard let reference, !reference.isNull else { return [] }
        let (kind, name) = (reference["kind"]?.string ?? "", reference["name"]?.string ?? "")
        guard reference["apiVersion"]?.string ?? "v1" == "v1", ["Pod", "Secret", "Node"].contains(kind) else {
            throw APIStatus.badRequest(
                "cannot bind token for serviceaccount \"\(call.name)\" to object of type \(kind)")
        }
        let lower = kind.lowercased()
        let subject = APIStatus.Subject(group: "", plural: "\(lower)s")
        let namespace = kind == "Node" ? "" : call.namespace ?? ""
        guard
            let object = store.get(.init(group: "", plural: subject.plural), .init(namespace: namespace, name: name))?
                .object
        else { throw APIStatus.notFound(subject, name) }
        let uid = object.metadataString(.uid) ?? ""
        if let wanted = reference["uid"]?.string, !wanted.isEmpty, wanted != uid {
            throw APIStatus.conflict(
                subject, name,
                "the UID in the bound object reference (\(wanted)) does not match the UID in record. "
                    + "The object might have been deleted and then recreated")
        }
        var bound = [ServiceAccountTokens.BoundObject(kind: lower, name: name, uid: uid)]
        guard kind == "Pod" else { return bound }
        guard object[.spec]?["serviceAccountName"]?.string == call.name else {
            throw APIStatus.badRequest(
                "cannot bind token for serviceaccount \"\(call.name)\" to pod running with different serviceaccount name."
            )
        }
        if let node = object[.spec]?["nodeName"]?.string, !node.isEmpty,
            let found = store.get(.init(group: "", plural: "nodes"), .init(namespace: "", name: node))?.object
        {
            bound.append(.init(kind: "node", name: node, uid: found.metadataString(.uid) ?? ""))
        }
        return bound
    }

    // MARK: reviews

    func tokenStatus(of review: JSONObject) throws -> JSONObject {
        guard let token = review[.spec]?["token"]?.string, !token.isEmpty else {
            throw APIStatus.badRequest("token is required for TokenReview in authentication")
        }
        let audiences = (review[.spec]?["audiences"]?.array ?? []).compactMap(\.string)
        do throws(ServiceAccountTokens.Refusal) {
            let found = try socketAuthenticator.review(token, audiences: audiences)
            return [
                "authenticated": true, "user": .object(found.user.document),
                "audiences": .array(found.audiences.map(JSON.string)),
            ]
        } catch {
            let reasons = ["invalid bearer token", error.reason].filter { !$0.isEmpty }
            let text = reasons.count == 1 ? reasons[0] : "[\(reasons.joined(separator: ", "))]"
            return ["user": [:], "error": .string(text)]
        }
    }

    func selfStatus(_ call: ResourceCall) -> JSONObject { ["userInfo": .object(call.user.document)] }
}
