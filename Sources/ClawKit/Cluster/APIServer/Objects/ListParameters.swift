import ClawBase
import ClawDocuments
import ClawSchemas

/// What a list or watch asks for besides its selectors, read and checked.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions>
struct ListParameters: Sendable {
    enum Match: String, Sendable {
        case exact = "Exact"
        case notOlderThan = "NotOlderThan"
    }

    /// Objects per page; 0 for all.
    var limit = 0
    var continueToken: String?
    /// As asked; empty where nothing is.
    var version: String
    var match: Match?
    var timeout: Int64?
    var includeObject: String?
    /// nil where the request does not say.
    var sendsInitialEvents: Bool?

    init(_ query: QueryParameters, isWatch: Bool) throws {
        func number(_ name: String) throws -> Int64? {
            guard let text = query[name], !text.isEmpty else { return nil }
            guard let number = Int64(text) else {
                throw APIStatus.badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
            }
            return number
        }
        limit = Int(clamping: max(0, try number("limit") ?? 0))
        timeout = try number("timeoutSeconds")
        continueToken = query["continue"].flatMap { $0.isEmpty ? nil : $0 }
        version = query["resourceVersion"] ?? ""
        if query["sendInitialEvents"] != nil { sendsInitialEvents = query.flag("sendInitialEvents") }
        includeObject = query["includeObject"]
        if let includeObject, !["", "None", "Metadata", "Object"].contains(includeObject) {
            throw APIStatus.badRequest(
                "Unable to convert to Table as requested: includeObject: Invalid value: \"\(includeObject)\": must be "
                    + "'Metadata', 'Object', 'None', or empty")
        }
        let text = query["resourceVersionMatch"] ?? ""
        match = Match(rawValue: text)
        let errors = isWatch ? watchErrors(text) : listErrors(text)
        guard errors.isEmpty else {
            throw APIStatus.invalid(kind: "ListOptions", group: "meta.k8s.io", name: "", errors)
        }
        if !isWatch, continueToken != nil, !version.isEmpty, version != "0" {
            throw APIStatus.badRequest("specifying resource version is not allowed when using continue")
        }
    }

    private static let field = "resourceVersionMatch"

    private func listErrors(_ match: String) -> [APIStatus.FieldError] {
        if let sendsInitialEvents, sendsInitialEvents {
            return [.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")]
        }
        if match.isEmpty { return [] }
        if version.isEmpty {
            return [.forbidden(Self.field, "resourceVersionMatch is forbidden unless resourceVersion is provided")]
        }
        if continueToken != nil {
            return [.forbidden(Self.field, "resourceVersionMatch is forbidden when continue is provided")]
        }
        if self.match == nil { return [.unsupported(Self.field, .string(match), ["Exact", "NotOlderThan", ""])] }
        if self.match == .exact, version == "0" {
            return [.forbidden(Self.field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
        }
        return []
    }

    private func watchErrors(_ match: String) -> [APIStatus.FieldError] {
        guard sendsInitialEvents != nil else {
            if match.isEmpty { return [] }
            return [
                .forbidden(Self.field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            ]
        }
        if self.match == .notOlderThan { return [] }
        let needed = APIStatus.FieldError.forbidden(
            Self.field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
        return match.isEmpty ? [needed] : [needed, .unsupported(Self.field, .string(match), ["NotOlderThan"])]
    }

    /// The revision asked for; nil where any will do.
    func revision(malformed: (String) -> APIStatus) throws -> UInt64? {
        if version.isEmpty || version == "0" { return nil }
        guard let revision = UInt64(version) else {
            throw malformed(
                "resourceVersion: Invalid value: \"\(version)\": strconv.ParseUint: parsing \"\(version)\": invalid syntax")
        }
        return revision
    }
}
