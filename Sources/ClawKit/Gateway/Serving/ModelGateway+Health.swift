import ClawBase
import ClawDialects
import ClawDocuments
import HTTPTypes

extension ModelGateway {
    /// How each deployment is, by what became of its requests and by active checks; nobody is asked for it.
    func health(_ request: Request) async -> Response {
        do { _ = try await grant(of: request) } catch { return error.response(.openAIChat) }
        let asked = request.query["model"]
        var (healthy, unhealthy): ([JSON], [JSON]) = ([], [])
        for group in router.groups where asked == nil || asked == group.alias {
            for condition in group.conditions(now: time.now) {
                var entry: JSONObject = [
                    "model": .string(group.alias), "model_id": .string(condition.deployment.name),
                    "api_provider": .string(condition.deployment.provider),
                ]
                if let until = condition.restsUntil { entry["rests_until"] = .string(until.rfc3339()) }
                if let complaint = condition.complaint { entry["error"] = .string(complaint) }
                if condition.isAsked { healthy.append(.object(entry)) } else { unhealthy.append(.object(entry)) }
            }
        }
        return .json([
            "healthy_count": .integer(Int64(healthy.count)), "unhealthy_count": .integer(Int64(unhealthy.count)),
            "healthy_endpoints": .array(healthy), "unhealthy_endpoints": .array(unhealthy),
        ])
    }
}
