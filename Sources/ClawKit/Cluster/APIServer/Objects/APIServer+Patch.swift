import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawSchemas
import HTTPTypes

/// patch: JSON, merge, strategic merge and server-side apply.
extension APIServer {
    func patch(_ call: ResourceCall, subresource: String?) async throws -> Response {
        let accepted = call.resource.isCustom ? PatchType.forCustomResources : PatchType.allCases
        guard let type = PatchType(mediaType: call.request.headers.value(.contentType) ?? ""), accepted.contains(type) else {
            // A type that is no patch at all is refused with fewer words than one that this kind does not take.
            if PatchType(mediaType: call.request.headers.value(.contentType) ?? "") == nil {
                throw APIStatus(
                    code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: [:])
            }
            throw APIStatus.unsupportedMediaType(accepted.map(\.mediaType))
        }
        let (patch, repeated) = try await call.bodyValueWithRepetitions(mediaTypes: accepted.map(\.mediaType))
        do {
            if type == .apply { return try await apply(patch, call, subresource: subresource, repeated: .inYAML(repeated)) }
            var warnings: [String] = []
            var response = try await update(call, try call.key(), subresource: subresource) { live in
                var new = try Patch.apply(
                    type, patch, to: live, schema: call.resource.schema, types: .kubernetes)
                try Self.asResultOfPatch { try call.adopt(&new) }
                if let named = new.metadataString(.name), named != call.name {
                    throw APIStatus.badRequest(
                        "the name of the object (\(named)) does not match the name on the URL (\(call.name))")
                }
                if let wanted = new.metadataString(.resourceVersion), UInt64(wanted) != live.revision {
                    throw APIStatus.modified(call.resource.subject, call.name)
                }
                return try Self.asResultOfPatch {
                    warnings = try checkFields(&new, call)
                    return new
                }
            }
            response.addWarnings(warnings)
            return response
        } catch let error as PatchError {
            throw APIStatus(error)
        }
    }

    /// A well-formed patch whose result is no object of the kind is an invalid patch, not a bad request.
    private static func asResultOfPatch<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let status as APIStatus where status.code == 400 {
            var invalid = APIStatus.invalid(
                kind: "", group: "", name: "", [.invalid("patch", "<object>", status.message)])
            invalid.details?["kind"] = nil
            throw invalid
        }
    }
}

extension APIStatus {
    init(_ error: PatchError) {
        self.init(code: error.code, reason: error.reason ?? "", message: error.message, details: error.details)
    }
}
