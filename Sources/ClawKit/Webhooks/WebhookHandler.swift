public import ClawBase
import ClawDocuments
import HTTPTypes

/// The webhooks of a server by their paths.
public struct WebhookHandler: Handler {
    private let webhooks: [String: any Webhook]

    public init(_ webhooks: [any Webhook]) {
        self.webhooks = Dictionary(webhooks.map { ($0.path, $0) }) { first, _ in first }
    }

    public func respond(to request: Request) async -> Response {
        let path = String(request.path.prefix { $0 != "?" })
        if path == "/healthz" || path == "/readyz" { return .text("ok\n") }
        guard let webhook = webhooks[path] else {
            return .finding(Finding(.unknownRoute, "No webhook is served at \(path)."), status: .notFound)
        }
        guard request.method == .post else {
            return .finding(Finding(.methodNotAllowed, "A review is sent with POST."), status: .methodNotAllowed)
        }
        do {
            let bytes = try await request.body.collect(limit: 256 << 20)
            guard let review = try JSONParser.parse(bytes).object else {
                throw Finding(.badRequest, "The body is no review.")
            }
            let answer = try await webhook.answer(review)
            return Response(
                status: .ok, headers: [.contentType: "application/json"], body: .bytes(answer.bytes()))
        } catch let finding as Finding {
            return .finding(finding, status: .badRequest)
        } catch {
            return .finding(Finding(.badRequest, "The body is no review: \(error)"), status: .badRequest)
        }
    }
}
