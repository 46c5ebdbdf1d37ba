/// What a Kubernetes client says of an answer that is no success (apimachinery/pkg/api/errors, `NewGenericServerResponse`).
enum ServerAnswer {
    /// - Parameter body: what the server had to say.
    static func words(for code: Int, _ body: String) -> String {
        switch code {
        case 400: "the server rejected our request for an unknown reason"
        case 401: "the server has asked for the client to provide credentials"
        case 403, 415: body.isEmpty ? "unknown" : body
        case 404: "the server could not find the requested resource"
        case 405: "the server does not allow this method on the requested resource"
        case 406:
            body.isEmpty ? "the server was unable to respond with a content type that the client supports" : body
        case 409: "the server reported a conflict"
        case 422: "the server rejected our request due to an error in our request"
        case 429: "the server has received too many requests and has asked us to try again later"
        case 503: "the server is currently unable to handle the request"
        case 504:
            "the server was unable to return a response in the time allotted, but may still be processing the request"
        case 500...:
            "an error on the server (\"\(body.isEmpty ? "unknown" : body)\") has prevented the request from succeeding"
        default: "the server responded with the status code \(code) but did not return more information"
        }
    }
}
