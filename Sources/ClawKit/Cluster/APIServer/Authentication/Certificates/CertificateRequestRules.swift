import ClawBase
import ClawDocuments
import ClawSchemas
import SwiftASN1
import X509

/// Which requests for certificates are well formed, and which changes of them are allowed.
enum CertificateRequestRules {
    /// The PKCS #10 request inside; nil where there is none that can be read.
    static func request(in object: JSONObject) -> X509.CertificateSigningRequest? {
        pem(in: object).flatMap { try? X509.CertificateSigningRequest(pemEncoded: $0) }
    }

    private static func pem(in object: JSONObject) -> String? {
        (object[.spec]?["request"]?.string).flatMap(Base64.decode).map { String(decoding: $0, as: UTF8.self) }
    }

    static func problems(of object: JSONObject) -> [APIStatus.FieldError] {
        var errors: [APIStatus.FieldError] = []
        let spec = object[.spec] ?? [:]
        let encoded = spec["request"] ?? ""
        if pem(in: object)?.contains("-----BEGIN CERTIFICATE REQUEST-----") != true {
            errors.append(.invalid("spec.request", encoded, "PEM block type must be CERTIFICATE REQUEST"))
        } else if request(in: object) == nil {
            errors.append(.invalid("spec.request", encoded, "asn1: structure error: the request cannot be read"))
        }
        errors += usageProblems(spec["usages"]?.array ?? [])
        let signer = spec["signerName"]?.string ?? ""
        if signer.isEmpty {
            errors.append(.required("spec.signerName"))
        } else if signer.split(separator: "/", omittingEmptySubsequences: false).count != 2 || signer.hasPrefix("/")
            || signer.hasSuffix("/")
        {
            errors.append(
                .invalid(
                    "spec.signerName", .string(signer),
                    "must be a fully qualified domain and path of the form 'example.com/signer-name'"))
        }
        if let seconds = spec["expirationSeconds"]?.integer, seconds < 600 {
            errors.append(
                .invalid(
                    "spec.expirationSeconds", .integer(seconds),
                    "may not specify a duration less than 600 seconds (10 minutes)"))
        }
        return errors + conditionProblems(object[.status]?["conditions"]?.array ?? [])
    }

    private static func usageProblems(_ usages: [JSON]) -> [APIStatus.FieldError] {
        if usages.isEmpty { return [.required("spec.usages")] }
        var seen: Set<JSON> = []
        return usages.enumerated().compactMap { index, usage in
            if !knownUsages.contains(usage.string ?? "") {
                return .unsupported("spec.usages[\(index)]", usage, knownUsages)
            }
            guard !seen.insert(usage).inserted else { return nil }
            return APIStatus.FieldError(
                reason: "FieldValueDuplicate", field: "spec.usages[\(index)]", message: "Duplicate value: \(usage)")
        }
    }

    private static let knownUsages = [
        "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment",
        "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel",
        "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime",
        "server auth", "signing", "timestamping",
    ]

    private static let decisions = ["Approved", "Denied", "Failed"]

    private static func conditionProblems(_ conditions: [JSON]) -> [APIStatus.FieldError] {
        var errors: [APIStatus.FieldError] = []
        var seen: Set<String> = []
        for (index, condition) in conditions.enumerated() {
            let place = "status.conditions[\(index)]"
            let (type, status) = (condition["type"]?.string ?? "", condition["status"]?.string ?? "")
            if type.isEmpty { errors.append(.required("\(place).type")) }
            let allowed = decisions.contains(type) ? ["True"] : ["False", "True", "Unknown"]
            if status.isEmpty {
                errors.append(.required("\(place).status"))
            } else if !allowed.contains(status) {
                errors.append(.unsupported("\(place).status", .string(status), allowed))
            }
            if (type == "Approved" && seen.contains("Denied")) || (type == "Denied" && seen.contains("Approved")) {
                errors.append(
                    .invalid("\(place).type", .string(type), "Approved and Denied conditions are mutually exclusive"))
            }
            if !seen.insert(type).inserted {
                errors.append(
                    .init(
                        reason: "FieldValueDuplicate", field: "\(place).type", message: "Duplicate value: \"\(type)\""))
            }
        }
        return errors
    }

    /// A decision stays, is made at `approval` (failure: at `status`), and certificates are set at `status`, once.
    static func problems(changing old: JSONObject, to new: JSONObject, subresource: String?) -> [APIStatus.FieldError] {
        func find(_ type: String, _ object: JSONObject) -> JSON? {
            object[.status]?["conditions"]?.array?.first { $0["type"]?.string == type }
        }
        var errors: [APIStatus.FieldError] = []
        for type in decisions {
            let mayAdd = type == "Failed" ? subresource == "status" : subresource == "approval"
            switch (find(type, old), find(type, new)) {
            case (nil, .some) where !mayAdd:
                errors.append(.forbidden("status.conditions", "updates may not add a condition of type \"\(type)\""))
            case (.some, nil):
                errors.append(.forbidden("status.conditions", "updates may not remove a condition of type \"\(type)\""))
            case (.some(let before), .some(let now)) where before != now:
                errors.append(.forbidden("status.conditions", "updates may not modify a condition of type \"\(type)\""))
            default: break
            }
        }
        let (before, now) = (old[.status]?["certificate"]?.string ?? "", new[.status]?["certificate"]?.string ?? "")
        if before != now {
            if subresource != "status" {
                errors.append(.forbidden("status.certificate", "updates may not set certificate content"))
            } else if !before.isEmpty {
                errors.append(.forbidden("status.certificate", "updates may not modify existing certificate content"))
            }
        }
        return errors
    }
}
