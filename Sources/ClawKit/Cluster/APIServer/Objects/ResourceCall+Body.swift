import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawSchemas
import HTTPTypes

/// Reading a request's body.
extension ResourceCall {
    /// The body as a JSON value: taken over unencoded from the same process, or parsed from JSON or YAML.
    func bodyValue(mediaTypes: [String] = ContentEncoding.mediaTypes) async throws -> JSON {
        try await bodyValueWithRepetitions(mediaTypes: mediaTypes).value
    }

    /// - Returns: the value, and the keys that stood twice in a mapping, where its text is YAML.
    func bodyValueWithRepetitions(
        mediaTypes: [String] = ContentEncoding.mediaTypes
    ) async throws -> (value: JSON, repeated: [RepeatedKey]) {
        if let value = request.body.value as? JSON { return (value, []) }
        let bytes = try await request.body.collect(limit: APIServer.bodyLimit)
        return mediaType.hasSuffix("yaml") ? try yaml(bytes) : (try value(of: bytes, mediaTypes: mediaTypes).value, [])
    }

    /// - Returns: the value, and whether a name stood twice in one of its objects.
    private func value(
        of bytes: [UInt8], mediaTypes: [String] = ContentEncoding.mediaTypes
    ) throws -> (value: JSON, repeatsNames: Bool) {
        let mediaType = self.mediaType
        if mediaType == ProtobufCodec.mediaType, mediaTypes.contains(mediaType) { return (try message(bytes), false) }
        guard mediaType.isEmpty || mediaTypes.contains(mediaType) || mediaType.hasSuffix("json") else {
            throw APIStatus.unsupportedMediaType(mediaTypes)
        }
        do {
            return try JSONParser.parseNotingRepetitions(bytes)
        } catch {
            let problem = GoJSON.words(for: error, bytes)
            if request.method == .patch { throw APIStatus.badRequest("error decoding patch: \(problem)") }
            if request.method == .delete {
                throw APIStatus.badRequest("couldn't get version/kind; json parse error: \(problem)")
            }
            throw unrecognized("couldn't get version/kind; json parse error: \(problem)", bytes)
        }
    }

    private func yaml(_ bytes: [UInt8]) throws -> (value: JSON, repeated: [RepeatedKey]) {
        do {
            // Most send JSON by this name too.
            if bytes.first == UInt8(ascii: "{"), let read = try? JSONParser.parseNotingRepetitions(bytes),
                !read.repeatsNames
            {
                return (read.value, [])
            }
            let (documents, repeated) = try Manifest.parseRepeating(String(decoding: bytes, as: UTF8.self), source: "body")
            guard documents.count == 1 else {
                throw APIStatus.badRequest("the body must hold one YAML document, it holds \(documents.count)")
            }
            return (documents[0], repeated)
        } catch let finding as Finding {
            let problem = GoYAML.words(for: finding)
            if request.method == .patch {
                throw APIStatus.badRequest("error decoding YAML: error converting YAML to JSON: \(problem)")
            }
            throw unrecognized(problem, bytes)
        }
    }

    /// An object in Kubernetes' protobuf encoding.
    private func message(_ bytes: [UInt8]) throws -> JSON {
        let type = resource.type
        do {
            let object = try ProtobufCodec.kubernetes.decode(bytes, type: (type.apiVersion, type.kind))
            guard resource.isCustom, object.string(.kind) == type.kind else { return .object(object) }
        } catch {
            throw APIStatus.badRequest(
                "the object provided is unrecognized (must be of type \(type.kind)): \(error.description)")
        }
        throw APIStatus.badRequest(
            "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): object "
                + "*unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be encoded to "
                + "a protobuf message")
    }

    /// A body that does not even say what kind it is of.
    private func unrecognized(_ problem: String, _ bytes: [UInt8]) -> APIStatus {
        let part = bytes.prefix(30)
        let text = bytes.first == UInt8(ascii: "{") ? String(decoding: part, as: UTF8.self) : GoText.hex(part)
        let shown = bytes.isEmpty ? "<empty>" : bytes.count > 30 ? "\(text) ..." : text
        return .badRequest(
            "the object provided is unrecognized (must be of type \(resource.type.kind)): \(problem) (\(shown))")
    }

    /// `application/json`, without parameters; empty where the request says nothing.
    var mediaType: String {
        let header = request.headers.value(.contentType) ?? ""
        // What most clients say.
        if header == "application/json" { return header }
        return header.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    }

    /// The body as an object of this call's kind and namespace.
    func bodyObject() async throws -> JSONObject {
        try object(of: try await bodyValue())
    }

    private func object(of value: JSON) throws -> JSONObject {
        guard var object = value.object else {
            throw APIStatus.badRequest("the object provided is unrecognized (must be of type \(resource.type.kind))")
        }
        try adopt(&object)
        return object
    }

    /// The body as an object, and what is to be said of members that stood twice in its text.
    func bodyObjectWithRepetitions() async throws -> (JSONObject, FieldValidation.Repetitions) {
        if mediaType.hasSuffix("yaml") {
            let (value, repeated) = try await bodyValueWithRepetitions()
            return (try object(of: value), .inYAML(repeated))
        }
        guard request.body.value == nil, mediaType != ProtobufCodec.mediaType else { return (try await bodyObject(), .none) }
        let bytes = try await request.body.collect(limit: APIServer.bodyLimit)
        let (value, repeatsNames) = try value(of: bytes)
        if let version = value["apiVersion"]?.string, version.split(separator: "/").count > 2 {
            throw unrecognized("unexpected GroupVersion string: \(version)", bytes)
        }
        if value.object == nil, !value.isNull {
            let type = #"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#
            throw unrecognized(
                "couldn't get version/kind; json parse error: json: cannot unmarshal \(GoText.kind(of: value)) into Go value "
                    + "of type \(type)", bytes)
        }
        return (try object(of: value), repeatsNames ? .inJSON(RepeatedFields.find(in: bytes)) : .none)
    }

    /// Checks that an object's kind, version and namespace are the request's, and fills in what it leaves out.
    func adopt(_ object: inout JSONObject) throws {
        let type = resource.type
        let kind = object.string(.kind) ?? type.kind
        let version = object.string(.apiVersion) ?? type.apiVersion
        let isExpected = kind == type.kind && version == type.apiVersion
        guard
            isExpected || resource.isCustom
                || ResourceCatalogue.kubernetes.resource(apiVersion: version, kind: kind) != nil
        else {
            throw APIStatus.badRequest(
                "\(kind) in version \"\(version.split(separator: "/").last ?? "")\" cannot be handled as a \(type.kind): no kind "
                    + "\"\(kind)\" is registered for version \"\(version)\" in scheme "
                    + "\"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"")
        }
        guard kind == type.kind else {
            if resource.isCustom {
                throw APIStatus.invalid(
                    kind: kind, group: type.group, name: object.objectName,
                    [.invalid("kind", .string(kind), "must be \(type.kind)")])
            }
            let package = type.group.isEmpty ? "core" : String(type.group.prefix { $0 != "." })
            throw APIStatus.notConvertible(kind, version, to: type.kind, internal: package)
        }
        guard version == type.apiVersion else {
            throw APIStatus.badRequest(
                "the API version in the data (\(version)) does not match the expected API version (\(type.apiVersion))")
        }
        if object.string(.kind) != type.kind { object[.kind] = .string(type.kind) }
        if object.string(.apiVersion) != type.apiVersion { object[.apiVersion] = .string(type.apiVersion) }
        if let metadata = object[.metadata], metadata.object == nil, !metadata.isNull {
            throw APIStatus.badRequest(
                "\(kind) in version \"\(type.version)\" cannot be handled as a \(kind): metadata must be an object")
        }
        guard type.isNamespaced else {
            object.setMetadata(.namespace, nil)
            return
        }
        if !object.objectNamespace.isEmpty, object.objectNamespace != namespace {
            throw APIStatus.badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        if object.objectNamespace != namespace ?? "" { object.setMetadata(.namespace, namespace.map(JSON.string)) }
    }

    /// The collection's namespace, where objects are made.
    func requireNamespace() throws {
        if resource.type.isNamespaced, target.namespace == nil { throw APIStatus.methodNotAllowed }
    }

    var writeOptionsKind: String {
        switch request.method {
        case .post: "CreateOptions"
        case .put: "UpdateOptions"
        default: "PatchOptions"
        }
    }

    /// Checks the parameters of a create, update or patch.
    func checkWriteOptions() throws {
        let kind = writeOptionsKind
        var errors: [APIStatus.FieldError] = []
        if request.method == .patch, query["force"] != nil, PatchType(mediaType: mediaType) != .apply {
            errors.append(.forbidden("force", "may not be specified for non-apply patch"))
        }
        if let manager = query["fieldManager"], manager.utf8.count > 128 {
            errors.append(APIStatus.FieldError(
                reason: "FieldValueTooLong", field: "fieldManager", message: "Too long: may not be more than 128 bytes"))
        }
        if let manager = query["fieldManager"],
            let (position, bad) = manager.unicodeScalars.enumerated().first(where: { $1.value < 32 || $1.value == 127 })
        {
            let digits = String(bad.value, radix: 16, uppercase: true)
            let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            errors.append(.invalid("fieldManager", .string(manager), "invalid character U+\(code) (at position \(position))"))
        }
        let runs = query.items.filter { $0.name == "dryRun" && $0.value != "All" }
        if let other = runs.first {
            errors.append(.unsupported("dryRun", .array([.string(other.value)]), ["All"]))
        }
        guard errors.isEmpty else { throw APIStatus.invalid(kind: kind, group: "meta.k8s.io", name: "", errors) }
    }
}
