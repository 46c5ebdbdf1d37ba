import ClawBase
import ClawDocuments
import ClawSchemas
import SwiftASN1
import X509

/// What the server demands of a `CertificateSigningRequest`, and what it enters itself.
/// <https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/>
extension APIServer {
    func admitCertificateRequest(_ object: inout JSONObject, old: JSONObject?, _ call: ResourceCall) throws {
        guard call.resource.type.plural == "certificatesigningrequests" else { return }
        var errors: [APIStatus.FieldError] = []
        if let old {
            // Who asked for what never changes.
            object[.spec] = old[.spec]
            settleConditions(&object, old: old)
            errors =
                CertificateRequestRules.problems(of: object)
                + CertificateRequestRules.problems(changing: old, to: object, subresource: call.target.subresource)
            try checkDecision(object, old: old, call)
        } else {
            var spec = object[.spec]?.object ?? JSONObject()
            spec["username"] = .string(call.user.name)
            spec["uid"] = call.user.uid.isEmpty ? JSON?.none : .string(call.user.uid)
            spec["groups"] = call.user.groups.isEmpty ? JSON?.none : .array(call.user.groups.map(JSON.string))
            spec["extra"] = call.user.extra.isEmpty ? JSON?.none : call.user.extraDocument
            object[.spec] = .object(spec)
            object[.status] = [:]
            errors = CertificateRequestRules.problems(of: object)
        }
        guard errors.isEmpty else {
            throw APIStatus.invalid(
                kind: call.resource.type.kind, group: call.resource.type.group, name: object.objectName, errors)
        }
        if old == nil { try checkSubject(object, call) }
    }

    /// Conditions get the time of their writing where they have none.
    private func settleConditions(_ object: inout JSONObject, old: JSONObject) {
        guard var conditions = object[.status]?["conditions"]?.array else { return }
        let earlier = old[.status]?["conditions"]?.array ?? []
        let now = JSON.string(time.now.rfc3339())
        for index in conditions.indices where conditions[index].object != nil {
            let same = earlier.first {
                $0["type"] == conditions[index]["type"] && $0["status"] == conditions[index]["status"]
            }
            if conditions[index]["status"] == nil { conditions[index]["status"] = "True" }
            if conditions[index]["lastUpdateTime"]?.string == nil { conditions[index]["lastUpdateTime"] = now }
            if conditions[index]["lastTransitionTime"]?.string == nil {
                conditions[index]["lastTransitionTime"] = same?["lastTransitionTime"] ?? now
            }
        }
        object.modify(.status) { $0?["conditions"] = .array(conditions) }
    }

    /// Who approves or signs must be let to do so for the signer.
    private func checkDecision(_ object: JSONObject, old: JSONObject, _ call: ResourceCall) throws {
        let signer = object[.spec]?["signerName"]?.string ?? ""
        let approves =
            call.target.subresource == "approval"
            && object[.status]?["conditions"] != old[.status]?["conditions"]
        let signs =
            call.target.subresource == "status"
            && object[.status]?["certificate"] != old[.status]?["certificate"]
        guard approves || signs, !call.user.isSuperuser else { return }
        let domain = signer.prefix { $0 != "/" }
        let isAllowed = [signer, "\(domain)/*"].contains { name in
            authorizer.decide(
                RequestAttributes(
                    user: call.user, verb: approves ? "approve" : "sign",
                    target: .resource(group: call.resource.type.group, resource: "signers", subresource: "", name: name)
                )
            ).isAllowed
        }
        guard isAllowed else {
            throw APIStatus.forbidden(
                call.resource.subject, call.name,
                "user not permitted to \(approves ? "approve" : "sign") requests with signerName \"\(signer)\"")
        }
    }

    /// Nobody becomes a superuser by certificate.
    private func checkSubject(_ object: JSONObject, _ call: ResourceCall) throws {
        guard object[.spec]?["signerName"] == "kubernetes.io/kube-apiserver-client",
            let request = CertificateRequestRules.request(in: object),
            request.subject.values(of: ASN1ObjectIdentifier.RDNAttributeType.organizationName).contains(
                UserInfo.superusers)
        else { return }
        throw APIStatus.forbidden(
            call.resource.subject, object.objectName,
            "use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed")
    }
}
