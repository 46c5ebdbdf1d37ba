import ClawBase
import ClawDocuments
import ClawModels
import HTTPTypes

/// What is not an object: health, version, discovery, OpenAPI.
extension APIServer {
    func respond(toNonResource path: String, _ request: Request) async throws -> Response {
        guard request.method == .get || request.method == .head else { throw APIStatus.methodNotAllowed }
        let parts = path.split(separator: "/").map(String.init)
        switch parts.first {
        case nil: return .document(["paths": .array(rootPaths.map(JSON.string))])
        case "healthz" where parts.count == 1, "livez" where parts.count == 1, "readyz" where parts.count == 1:
            return .text("ok")
        case "livez" where parts == ["livez", "ping"], "readyz" where parts == ["readyz", "ping"],
            "healthz" where parts == ["healthz", "ping"]:
            return .text("ok")
        case "version": return .document(Self.version)
        case ".well-known" where parts == [".well-known", "openid-configuration"]:
            return .document(accounts.discoveryDocument)
        case "openid" where parts == ["openid", "v1", "jwks"]: return .document(accounts.keySet)
        case "api" where parts.count == 1:
            return discovery(request, aggregated: Discovery.aggregated(coreOnly: true, registry), plain: Discovery.coreVersions)
        case "apis" where parts.count == 1:
            return discovery(request, aggregated: Discovery.aggregated(coreOnly: false, registry), plain: Discovery.groups(registry))
        case "apis" where parts.count == 2:
            guard let group = Discovery.group(parts[1], registry) else { throw APIStatus.pageNotFound }
            return .document(group)
        case "api" where parts == ["api", "v1"]:
            return .document(Discovery.resources(group: "", version: "v1", registry) ?? [:])
        case "apis" where parts.count == 3:
            guard let resources = Discovery.resources(group: parts[1], version: parts[2], registry) else {
                // A group's other versions are looked for by whoever serves the group.
                throw Discovery.group(parts[1], registry) == nil ? APIStatus.pageNotFound : .noSuchPath
            }
            return .document(resources)
        case "openapi" where parts == ["openapi", "v3"]:
            // JSON by another name, as in Kubernetes.
            var index = Response.document(OpenAPIDocument.index(registry))
            index.headers[.contentType] = "text/plain; charset=utf-8"
            return index
        case "openapi" where parts == ["openapi", "v2"]: return .document(OpenAPIDocument.swagger(registry))
        case "openapi" where parts.count >= 4 && parts[1] == "v3":
            let groupVersion = parts.dropFirst(2).joined(separator: "/")
            guard let document = OpenAPIDocument.document(for: groupVersion, registry) else {
                return Response(status: .notFound)
            }
            return .document(document)
        default: throw APIStatus.pageNotFound
        }
    }

    private var rootPaths: [String] {
        ["/api", "/api/v1", "/apis"] + Discovery.groupVersions(registry).map { "/apis/\($0)" }
            + ["/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]
    }

    /// Aggregated discovery (KEP-3352) where the client asks for it.
    private func discovery(_ request: Request, aggregated: JSONObject, plain: JSONObject) -> Response {
        guard let accept = request.headers[.accept], accept.contains("as=APIGroupDiscoveryList"), accept.contains("v=v2,")
            || accept.contains("v=v2;") || accept.hasSuffix("v=v2")
        else { return .document(plain) }
        var response = Response.document(aggregated)
        response.headers[.contentType] = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        return response
    }

    /// The Kubernetes release whose behaviour and kinds this server follows.
    static let version: JSONObject = [
        "major": "1", "minor": "36", "gitVersion": "v1.36.2+clawkit", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux",
        "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1", "minCompatibilityMinor": "35",
    ]
}
