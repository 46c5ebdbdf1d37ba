import ClawBase
import ClawKubernetes
@testable import ClawPlatform
import HTTPTypes
import Testing

@Suite("Errors of the cluster as findings")
struct KubernetesErrorTests {
    @Test(
        "each has a code and a status that say what to do",
        arguments: [
            (404, "NotFound", "E_NOT_FOUND", 404), (409, "AlreadyExists", "E_EXISTS", 409),
            (409, "Conflict", "E_STALE", 409),
            (422, "Invalid", "E_INVALID", 422), (403, "Forbidden", "E_CLUSTER_FORBIDDEN", 502),
            (429, "TooManyRequests", "E_NOT_READY", 503), (500, "InternalError", "E_NOT_READY", 503),
        ])
    func translation(code: Int, reason: String, finding: String, status: Int) {
        let translated = Finding.translating(KubernetesError(code: code, reason: reason, message: "the server says no"))
        #expect(translated?.code.rawValue == finding)
        #expect(translated?.code.httpStatus.code == status)
    }

    @Test("an invalid object is named by its fields")
    func causes() {
        let error = KubernetesError(
            code: 422, reason: "Invalid", message: "invalid",
            causes: [.init(reason: "FieldValueInvalid", message: "must be positive", field: "spec.size")])
        let finding = Finding.translating(error)
        #expect(finding?.field == "spec.size")
        #expect(finding?.message == "The cluster refuses it: spec.size: must be positive.")
    }

    @Test("a cluster that does not answer is a service that is not ready")
    func unreachable() {
        let finding = Finding.translating(TransportError(code: .unreachable, message: "nobody listens"))
        #expect(finding?.code.httpStatus == .serviceUnavailable)
    }
}
