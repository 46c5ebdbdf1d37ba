import ClawDocuments
import ClawSchemas

/// Holds what a webhook answered against what it was given. Only labels and annotations of the metadata may differ:
/// all else stays as it was (apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go).
struct ConvertedObject {
    let original: JSONObject
    let answer: JSON
    let apiVersion: String
    /// Where it stands in the answer, where that holds a list.
    let index: Int?
    /// What the object is called in messages: `example.com/v1, Kind=Widget`.
    let kind: String

    func checked() throws(ConversionFailure) -> JSONObject {
        let subject = "conversion webhook for \(kind) returned invalid"
        let (place, object) = index.map { ("converted object at index \($0)", "object at index \($0)") } ?? ("object", "")
        let first = index == nil ? "object at index 0" : place
        guard case .object(var converted) = answer, let found = converted.string(.kind), !found.isEmpty else {
            throw ConversionFailure("\(subject) \(place): Object 'Kind' is missing in '\(answer)'")
        }
        let version = converted.string(.apiVersion) ?? ""
        if version != apiVersion {
            throw ConversionFailure(
                "\(subject) \(first): invalid groupVersion (expected \(apiVersion), received \(version))")
        }
        if found != original.string(.kind) {
            throw ConversionFailure(
                "\(subject) \(first): invalid kind (expected \(original.string(.kind) ?? ""), received \(found))")
        }
        for (key, name): (FieldKey, String) in [(.name, "name"), (.namespace, "namespace"), (.uid, "UID")] {
            let (before, after) = (original.metadataString(key) ?? "", converted.metadataString(key) ?? "")
            if before != after {
                throw ConversionFailure("\(subject) \(place): must have the same \(name): \(before) != \(after)")
            }
        }
        do throws(ConversionFailure) {
            converted[.metadata] = .object(try metadata(of: converted))
        } catch {
            throw ConversionFailure("\(subject) metadata\(object.isEmpty ? "" : " in \(object)"): \(error.reason)")
        }
        return converted
    }

    /// The original's metadata with the labels and annotations of the answer.
    private func metadata(of object: JSONObject) throws(ConversionFailure) -> JSONObject {
        guard let given = object[.metadata] else { throw ConversionFailure("missing metadata in converted object") }
        guard case .object(let answered) = given else {
            throw ConversionFailure("invalid metadata of type \(GoText.type(of: given)) in converted object")
        }
        var metadata = original[.metadata]?.object ?? JSONObject()
        for key: FieldKey in [.labels, .annotations] {
            let before = metadata[key]
            metadata[key] = nil
            switch answered[key] {
            case nil, .null?: break
            case .object(let members)?:
                try check(members, key)
                if before != .object(members) { try checkRules(of: object) }
                metadata[key] = .object(members)
            case let other?:
                throw ConversionFailure("invalid metadata.\(key) of type \(GoText.type(of: other)) in converted object")
            }
        }
        return metadata
    }

    private func check(_ members: JSONObject, _ key: FieldKey) throws(ConversionFailure) {
        for (name, value) in members where value.string == nil {
            throw ConversionFailure(
                "metadata.\(key)[\(name)] must be a string, but is \(GoText.type(of: value)) in converted object")
        }
    }

    private func checkRules(of object: JSONObject) throws(ConversionFailure) {
        var errors = FieldErrors()
        let metadata = Field(object)["metadata"]
        MetadataRules.labels(metadata["labels"], &errors)
        MetadataRules.annotations(
            metadata["annotations"].reported(at: .member(metadata.path, "annotation")), &errors)
        let problems = errors.list.map { "\($0.field): \($0.message)" }
        if problems.isEmpty { return }
        throw ConversionFailure(problems.count == 1 ? problems[0] : "[\(problems.joined(separator: ", "))]")
    }
}
