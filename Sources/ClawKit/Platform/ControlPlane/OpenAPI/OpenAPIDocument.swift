import ClawBase
import ClawDocuments
import HTTPTypes

/// The control plane's API as an OpenAPI 3.1 document, made from its table of routes.
/// <https://spec.openapis.org/oas/v3.1.0>
struct OpenAPIDocument: Sendable {
    let routes: [APIRoute]
    let publicURL: String

    var json: JSON {
        var paths = JSONObject()
        for route in routes {
            var item = paths[route.pattern]?.object ?? pathItem(route)
            item[route.method.rawValue.lowercased()] = operation(route)
            paths[route.pattern] = .object(item)
        }
        let tags = Set(routes.map(\.tag)).sorted().map { name -> JSON in ["name": .string(name)] }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "ClawKit control plane", "version": "v1",
                "description": "Tenants, projects, users, and the runtimes that the platform keeps for them.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .string(publicURL)]], "tags": .array(tags), "paths": .object(paths),
            "components": [
                "schemas": .object(OpenAPISchemas.all),
                "responses": [
                    "Error": ["description": "What is wrong and how to mend it", "content": content("Error")]
                ],
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "session": ["type": "apiKey", "in": "cookie", "name": .string(SessionSigner.cookieName)],
                ],
            ],
            "security": [["bearer": []], ["session": []]],
        ]
    }

    private func pathItem(_ route: APIRoute) -> JSONObject {
        let names = RoutePattern(route.pattern).parameterNames
        guard !names.isEmpty else { return JSONObject() }
        let parameters = names.map { name -> JSON in
            ["name": .string(name), "in": "path", "required": true, "schema": ["type": "string"]]
        }
        return ["parameters": .array(parameters)]
    }

    private func operation(_ route: APIRoute) -> JSON {
        var object: JSONObject = [
            "operationId": .string(operationID(route)), "summary": .string(route.summary),
            "tags": .array([.string(route.tag)]),
        ]
        if route.access == .anybody { object["security"] = .array([]) }
        if route.access == .administrator { object["description"] = "For administrators." }
        if route.access != .anybody { object["x-claw-scope"] = .string(route.neededScope.rawValue) }
        if let body = route.body { object["requestBody"] = ["required": true, "content": content(body)] }
        var success: JSONObject = ["description": .string(route.status.reasonPhrase)]
        if let answer = route.answer { success["content"] = content(answer) }
        object["responses"] = [
            String(route.status.code): .object(success), "default": ["$ref": "#/components/responses/Error"],
        ]
        return .object(object)
    }

    private func content(_ schema: String) -> JSON {
        ["application/json": ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]]
    }

    /// `post-projects-project-runtimes`: unique, since method and path are.
    private func operationID(_ route: APIRoute) -> String {
        let words = route.pattern.replacing("/api/v1", with: "").split { "/{}".contains($0) }.map(String.init)
        return ([route.method.rawValue.lowercased()] + words.map { $0.replacing(".", with: "-") }).joined(
            separator: "-")
    }
}

extension RoutePattern {
    /// The placeholders' names, in order.
    var parameterNames: [String] {
        segments.compactMap { segment in
            switch segment {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }
}
