public import HTTPTypes

extension Response {
    /// An event stream. Its headers keep caches and buffering proxies (nginx's `X-Accel-Buffering`) out of the way.
    public static func events<S: AsyncSequence & Sendable>(_ blocks: S, headers: HTTPFields = [:]) -> Response
    where S.Element == [UInt8] {
        var all: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache",
            .xAccelBuffering: "no",
        ]
        for field in headers { all[field.name] = field.value }
        return Response(status: .ok, headers: all, body: .stream(blocks))
    }
}

extension HTTPField.Name {
    // Valid token characters, so the initialiser cannot fail.
    static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
