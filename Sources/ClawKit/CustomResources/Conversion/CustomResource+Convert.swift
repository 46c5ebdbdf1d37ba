import ClawBase
public import ClawDocuments
import ClawModels

extension CustomResource {
    /// The object in another of the kind's versions, by way of the stored one.
    ///
    /// Of the metadata only labels and annotations are the conversion's to change, as Kubernetes demands.
    /// - Parameter apiVersion: `example.dev/v1`.
    /// - Throws: a finding for a version the kind does not have; what the conversion throws.
    public static func convert(_ document: JSONObject, to apiVersion: String) throws -> JSONObject {
        let from = document.string(.apiVersion) ?? ""
        if from == apiVersion { return document }
        var object = document
        if from != type.apiVersion { object = try version(from).toStored(document) }
        if apiVersion != type.apiVersion { object = try version(apiVersion).fromStored(object) }
        object.set(.apiVersion, apiVersion)
        object.set(.kind, type.kind)
        object.modify(.metadata) { converted in
            var metadata = document[.metadata]?.object ?? [:]
            for key in ["labels", "annotations"] { metadata[FieldKey(key)] = converted?[key] }
            converted = .object(metadata)
        }
        return object
    }

    private static func version(_ apiVersion: String) throws -> OtherVersion<Self> {
        if let found = otherVersions.first(where: { $0.type.apiVersion == apiVersion }) { return found }
        let all = ([type.apiVersion] + otherVersions.map(\.type.apiVersion)).joined(separator: ", ")
        throw Finding(.notFound, "\(type.kind) has no version '\(apiVersion)'; it has \(all).", field: "apiVersion")
    }
}
