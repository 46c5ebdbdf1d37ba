import ClawBase
import ClawDocuments
import ClawKubernetes

/// What a writer is told of a refused write, as a `Status`.
enum Refusal {
    static func status(for error: any Error) -> JSONObject {
        switch error {
        case let error as KubernetesError:
            var status: JSONObject = [
                "status": "Failure", "code": .integer(Int64(error.code)), "message": .string(error.message),
            ]
            if !error.reason.isEmpty { status["reason"] = .string(error.reason) }
            if !error.causes.isEmpty { status["details"] = ["causes": .array(error.causes.map(cause))] }
            return status
        case let finding as Finding:
            let cause: JSON = [
                "reason": .string(finding.code.rawValue), "message": .string(finding.message),
                "field": .string(finding.field ?? ""),
            ]
            return [
                "status": "Failure", "code": 422, "reason": "Invalid", "message": .string("\(finding)"),
                "details": ["causes": [cause]],
            ]
        default:
            return ["status": "Failure", "code": 500, "reason": "InternalError", "message": "the webhook failed"]
        }
    }

    private static func cause(_ cause: KubernetesError.Cause) -> JSON {
        ["reason": .string(cause.reason), "message": .string(cause.message), "field": .string(cause.field)]
    }
}
