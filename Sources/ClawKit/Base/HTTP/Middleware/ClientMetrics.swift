import HTTPTypes
import Synchronization

/// Counts requests and their durations, per method, route and status.
///
/// A route is a path with its variable parts left out; were object names in it, each would be kept for ever. Beyond
/// `routeLimit` different routes, and for methods that are not HTTP's own, the label is `other`.
public final class ClientMetrics: MetricsSource {
    private static let methods: Set<String> = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
    ]

    private let requests: CounterFamily
    private let inFlight: CounterFamily
    private let durations: HistogramFamily
    private let route: @Sendable (Request) -> String
    private let routeLimit: Int
    private let known = Mutex<Set<String>>([])

    /// - Parameter route: the template of a request's path: `/api/v1/namespaces/{namespace}/pods/{name}`.
    public init(
        prefix: String = "clawkit_http_client", routeLimit: Int = 500, route: @escaping @Sendable (Request) -> String
    ) {
        self.route = route
        self.routeLimit = routeLimit
        requests = CounterFamily(
            "\(prefix)_requests_total", help: "Requests by their answer's status; error where none came.",
            labels: ["method", "route", "status"])
        inFlight = CounterFamily(
            "\(prefix)_requests_in_flight", .gauge, help: "Requests whose answer has not begun.")
        durations = HistogramFamily(
            "\(prefix)_request_duration_seconds", help: "Time until a response's head.", labels: ["method", "route"])
    }

    func begin() { inFlight.add() }

    func end(_ request: Request, status: Int?, after duration: Duration) {
        let method = Self.methods.contains(request.method.rawValue) ? request.method.rawValue : "other"
        let route = bounded(route(request))
        inFlight.add(-1)
        requests.add(1, method, route, status.map(String.init) ?? "error")
        durations.observe(duration.inSeconds, method, route)
    }

    private func bounded(_ route: String) -> String {
        known.withLock { known in
            if known.contains(route) { return route }
            guard known.count < routeLimit else { return "other" }
            known.insert(route)
            return route
        }
    }

    public func write(to text: inout MetricsText) {
        requests.write(to: &text)
        inFlight.write(to: &text)
        durations.write(to: &text)
    }
}

/// Counts each exchange.
public struct MeteredTransport: Transport {
    private let inner: any Transport
    private let metrics: ClientMetrics
    private let time: any TimeSource

    public init(_ inner: some Transport, _ metrics: ClientMetrics, time: some TimeSource = .system) {
        self.inner = inner
        self.metrics = metrics
        self.time = time
    }

    public func send(_ request: Request) async throws -> Response {
        let start = time.now
        metrics.begin()
        do {
            let response = try await inner.send(request)
            metrics.end(request, status: response.status.code, after: time.now - start)
            return response
        } catch {
            metrics.end(request, status: nil, after: time.now - start)
            throw error
        }
    }
}

extension Transport {
    /// Counts each exchange.
    public func metered(_ metrics: ClientMetrics, time: some TimeSource = .system) -> MeteredTransport {
        MeteredTransport(self, metrics, time: time)
    }
}
