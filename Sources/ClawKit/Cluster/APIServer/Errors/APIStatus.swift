import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas
import HTTPTypes

/// A refusal as Kubernetes words it: HTTP status, reason, message and details of a `Status` document.
struct APIStatus: Error, Sendable {
    var code: Int
    var reason: String
    var message: String
    var details: JSONObject?
    /// How to go on with a list all the same.
    var continueToken: String?

    /// `pods` or `deployments.apps`, and the two halves for the details.
    struct Subject {
        let group: String
        let plural: String
        var qualified: String { group.isEmpty ? plural : "\(plural).\(group)" }
    }

    var document: JSONObject {
        var document: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
        ]
        if let continueToken { document["metadata"] = ["continue": .string(continueToken)] }
        if !reason.isEmpty { document["reason"] = .string(reason) }
        if let details { document["details"] = .object(details) }
        document["code"] = .integer(Int64(code))
        return document
    }

    /// Answered as plain text instead, as a web server does.
    var isPlain = false

    var response: Response {
        if isPlain { return .text("\(message)\n", status: HTTPResponse.Status(code: code)) }
        var response = Response.document(document, status: HTTPResponse.Status(code: code))
        if code == 429 { response.headers[.retryAfter] = "1" }
        return response
    }
}

extension APIStatus {
    private static func details(_ subject: Subject, _ name: String) -> JSONObject {
        var details = JSONObject()
        if !name.isEmpty { details["name"] = .string(name) }
        if !subject.group.isEmpty { details["group"] = .string(subject.group) }
        details["kind"] = .string(subject.plural)
        return details
    }

    static func notFound(_ subject: Subject, _ name: String) -> APIStatus {
        APIStatus(
            code: 404, reason: "NotFound", message: "\(subject.qualified) \"\(name)\" not found",
            details: details(subject, name))
    }

    static let noSuchPath = APIStatus(
        code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: [:])

    /// Nothing is served there, and nothing could be.
    static let pageNotFound: APIStatus = {
        var status = APIStatus(code: 404, reason: "NotFound", message: "404 page not found")
        status.isPlain = true
        return status
    }()

    static func alreadyExists(_ subject: Subject, _ name: String) -> APIStatus {
        APIStatus(
            code: 409, reason: "AlreadyExists", message: "\(subject.qualified) \"\(name)\" already exists",
            details: details(subject, name))
    }

    static func conflict(_ subject: Subject, _ name: String, _ why: String) -> APIStatus {
        APIStatus(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(subject.qualified) \"\(name)\": \(why)",
            details: details(subject, name))
    }

    static func modified(_ subject: Subject, _ name: String) -> APIStatus {
        conflict(
            subject, name, "the object has been modified; please apply your changes to the latest version and try again")
    }

    static func badRequest(_ message: String) -> APIStatus {
        APIStatus(code: 400, reason: "BadRequest", message: message)
    }

    /// An object of another kind than the one that is asked for.
    /// - Parameter internal: the Go package of the kind's inner form.
    static func notConvertible(_ kind: String, _ apiVersion: String, to wanted: String, internal package: String) -> APIStatus {
        let version = apiVersion.split(separator: "/").last ?? ""
        return .badRequest(
            "\(kind) in version \"\(version)\" cannot be handled as a \(wanted): converting (\(version).\(kind)) to "
                + "(\(package).\(wanted)): unknown conversion")
    }

    static func forbidden(_ subject: Subject, _ name: String, _ why: String) -> APIStatus {
        let quoted = name.isEmpty ? "" : " \"\(name)\""
        return APIStatus(
            code: 403, reason: "Forbidden", message: "\(subject.qualified)\(quoted) is forbidden: \(why)",
            details: details(subject, name))
    }

    static let unauthorized = APIStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")

    static let methodNotAllowed = APIStatus(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource", details: [:])

    static func unsupportedMediaType(_ allowed: [String]) -> APIStatus {
        APIStatus(
            code: 415, reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: "
                + allowed.joined(separator: ", "))
    }

    static func expired(_ revision: UInt64, oldest: UInt64) -> APIStatus {
        APIStatus(code: 410, reason: "Expired", message: "too old resource version: \(revision) (\(oldest))")
    }

    static func internalError(_ message: String) -> APIStatus {
        APIStatus(
            code: 500, reason: "InternalError", message: "Internal error occurred: \(message)",
            details: ["causes": [["message": .string(message)]]])
    }

    static func unavailable(_ message: String) -> APIStatus {
        APIStatus(code: 503, reason: "ServiceUnavailable", message: message)
    }

    typealias FieldError = ClawSchemas.FieldError

    static func invalid(kind: String, group: String, name: String, _ errors: [FieldError]) -> APIStatus {
        var details = JSONObject()
        if !name.isEmpty { details["name"] = .string(name) }
        if !group.isEmpty { details["group"] = .string(group) }
        details["kind"] = .string(kind)
        details["causes"] = .array(
            errors.map { ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)] })
        return APIStatus(
            code: 422, reason: "Invalid",
            message: FieldError.refusal(kind: kind, group: group, name: name, errors), details: details)
    }
}

extension Response {
    static func document(_ document: JSONObject, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: json, body: .value(JSON.object(document)))
    }

    private static let json: HTTPFields = [.contentType: "application/json"]
}
