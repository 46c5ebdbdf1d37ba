import ClawBase
import ClawDialects
import ClawDocuments
import ClawGateway
import HTTPTypes

/// A gateway in virtual time before scripted upstreams: `main`, its `twin`, and the model `spare`.
struct FailoverFixture: Sendable {
    let time = VirtualTime()
    var main: [ScriptedUpstream.Scene]
    var twin: [ScriptedUpstream.Scene]?
    var spare: [ScriptedUpstream.Scene]?
    var policy = RoutePolicy()
    var canContinue = true

    init(main: [ScriptedUpstream.Scene], twin: [ScriptedUpstream.Scene]? = nil, spare: [ScriptedUpstream.Scene]? = nil) {
        (self.main, self.twin, self.spare) = (main, twin, spare)
        if spare != nil { policy.fallbacks = ["spare"] }
    }

    struct Outcome {
        let status: Int
        let text: String
        /// The error's code, before the head or in the stream.
        let code: String?
        let isWhole: Bool
        let seconds: Double
        let response: Response
        let asked: [String: Int]
    }

    /// Asks `model`, streamed or not, while time goes on as long as somebody waits.
    func ask(isStreaming: Bool = true) async throws -> Outcome {
        var scripts: [ScriptedUpstream] = []
        func deployment(_ name: String, _ scenes: [ScriptedUpstream.Scene], order: Int = 0) -> Deployment {
            let upstream = ScriptedUpstream(name, scenes, time: time)
            scripts.append(upstream)
            return Deployment(nil, upstream, traits: DeploymentTraits(order: order), canContinue: canContinue)
        }
        var deployments = [deployment("main", main)]
        // Asked only where the first cannot answer, so that the tests know who is first.
        if let twin { deployments.append(deployment("twin", twin, order: 1)) }
        var routes = [ModelRoute("model", deployments, policy: policy)]
        if let spare { routes.append(ModelRoute("spare", [deployment("spare", spare)])) }
        let gateway = try gateway(routes, time: time)
        let request = chat(
            #"{"model":"model","stream":\#(isStreaming),"messages":[{"role":"user","content":"Go."}]}"#)
        let start = time.now
        let response = try await advancing(time) { await gateway.respond(to: request) }
        guard isStreaming, response.status == .ok else {
            let json = try await response.json()
            let text = json.value(at: ["choices", "0", "message", "content"])?.string ?? ""
            return Outcome(
                status: response.status.code, text: text, code: json.value(at: ["error", "code"])?.string,
                isWhole: response.status == .ok, seconds: (time.now - start).inSeconds, response: response,
                asked: Dictionary(scripts.map { ($0.name, $0.requests.count) }) { $1 })
        }
        let events = try await advancing(time) { try await response.events() }
        var (text, code) = ("", String?.none)
        for event in events where event != "[DONE]" {
            let json = try JSONParser.parse(Array(event.utf8))
            text += json.value(at: ["choices", "0", "delta", "content"])?.string ?? ""
            code = json.value(at: ["error", "code"])?.string ?? code
        }
        return Outcome(
            status: 200, text: text, code: code, isWhole: events.last == "[DONE]", seconds: (time.now - start).inSeconds,
            response: response, asked: Dictionary(scripts.map { ($0.name, $0.requests.count) }) { $1 })
    }
}

/// Runs `body`; whenever nobody can go on but by time, time goes on to the next moment somebody waits for.
func advancing<R: Sendable>(_ time: VirtualTime, _ body: @escaping @Sendable () async throws -> R) async throws -> R {
    try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            while !Task.isCancelled {
                for _ in 0..<50 { await Task.yield() }
                if let next = time.nextWake { time.advance(by: max(.zero, next - time.now)) }
            }
            return nil
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw CancellationError()
    }
}
