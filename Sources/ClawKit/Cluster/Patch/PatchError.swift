public import ClawDocuments

/// Why a patch was refused, in the words and with the status of the Kubernetes API.
public struct PatchError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One of the fields that are to blame.
    public struct Cause: Sendable, Hashable {
        public var reason: String
        public var message: String
        public var field: String
    }

    /// The HTTP status.
    public var code: Int
    /// Kubernetes' reason; nil where it gives none.
    public var reason: String?
    public var message: String
    public var causes: [Cause]
    /// What exactly went wrong where Kubernetes' message does not say it; for logs.
    public var explanation: String?

    init(_ code: Int, _ reason: String?, _ message: String, causes: [Cause] = [], explanation: String? = nil) {
        (self.code, self.reason, self.message) = (code, reason, message)
        (self.causes, self.explanation) = (causes, explanation)
    }

    public var description: String { explanation.map { "\(message): \($0)" } ?? message }

    /// The `details` of the Status object: nil where Kubernetes leaves them out.
    public var details: JSONObject? {
        if !causes.isEmpty {
            let list: [JSON] = causes.map { cause in
                ["reason": .string(cause.reason), "message": .string(cause.message), "field": .string(cause.field)]
            }
            return ["causes": .array(list)]
        }
        return code == 415 || isRejection ? [:] : nil
    }

    /// The whole Status object.
    public var status: JSONObject {
        var status: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
        ]
        if let reason { status["reason"] = .string(reason) }
        if let details { status["details"] = .object(details) }
        status["code"] = .integer(Int64(code))
        return status
    }

    private var isRejection: Bool { self.message == Self.rejection }
    private static let rejection = "the server rejected our request due to an error in our request"

    static func badRequest(_ message: String) -> PatchError { PatchError(400, "BadRequest", message) }

    /// A well-formed patch that does not fit the object. Kubernetes hides the explanation.
    static func rejected(_ explanation: String) -> PatchError {
        PatchError(422, "Invalid", rejection, explanation: explanation)
    }

    static func tooLarge(_ message: String) -> PatchError {
        PatchError(413, "RequestEntityTooLarge", "Request entity too large: \(message)")
    }

    /// Kubernetes answers 500 without a reason to many mistakes of the caller.
    static func unexpected(_ message: String) -> PatchError { PatchError(500, nil, message) }

    static func unsupportedMediaType(accepted: [PatchType]) -> PatchError {
        let types = accepted.map(\.mediaType).joined(separator: ", ")
        return PatchError(
            415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: \(types)")
    }
}
