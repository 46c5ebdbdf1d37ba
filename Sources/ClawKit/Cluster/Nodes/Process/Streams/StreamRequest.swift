import ClawBase
import ClawKubernetes

/// Which streams a client of exec or attach asks for, in the kubelet's words.
struct StreamRequest: Sendable, Equatable {
    var input: Bool
    var output: Bool
    var error: Bool
    var isTerminal: Bool
    var command: [String]

    init(_ query: QueryParameters) {
        (input, output) = (query.flag("input"), query.flag("output"))
        (error, isTerminal) = (query.flag("error"), query.flag("tty"))
        command = query.items.filter { $0.name == "command" }.map(\.value)
    }

    /// The subprotocol to speak: the newest that the client offers; nil where it offers none of ours.
    static func subprotocol(_ request: Request) -> String? {
        let offered = request.webSocketSubprotocols
        return [RemoteCommandProtocol.v5, RemoteCommandProtocol.v4].first(where: offered.contains)
    }
}
