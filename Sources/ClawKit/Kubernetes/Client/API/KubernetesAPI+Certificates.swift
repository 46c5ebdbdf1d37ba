import ClawBase
import HTTPTypes

extension KubernetesAPI {
    /// Lets a certificate be issued, again where somebody else wrote to the request meanwhile.
    /// <https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#approval-rejection-api-client>
    @discardableResult
    public func approve(
        certificateRequest name: String, reason: String = "Approved", message: String? = nil,
        time: some TimeSource = .system
    ) async throws -> CertificateSigningRequest {
        try await decide(name, "Approved", reason, message, time)
    }

    /// Refuses a certificate; this cannot be taken back.
    @discardableResult
    public func deny(
        certificateRequest name: String, reason: String = "Denied", message: String? = nil,
        time: some TimeSource = .system
    ) async throws -> CertificateSigningRequest {
        try await decide(name, "Denied", reason, message, time)
    }

    private func decide(
        _ name: String, _ decision: String, _ reason: String, _ message: String?, _ time: some TimeSource
    ) async throws -> CertificateSigningRequest {
        try await edit(CertificateSigningRequest.self, name, subresource: "approval", time: time) { request in
            var status = request.status ?? CertificateSigningRequestStatus()
            guard !status.conditions.contains(where: { $0.type == decision && $0.status == "True" }) else { return }
            status.conditions.append(
                CertificateSigningRequestCondition(type: decision, status: "True", reason: reason, message: message))
            request.status = status
        }
    }
}
