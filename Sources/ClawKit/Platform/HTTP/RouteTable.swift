import ClawBase
import HTTPTypes

/// Routes as a tree of path segments. A literal goes before a placeholder, a placeholder before `{rest...}`,
/// and where the preferred branch leads nowhere the next is tried.
struct RouteTable<Route: Sendable>: Sendable {
    private struct Node: Sendable {
        var literals: [String: Node] = [:]
        /// One branch for all placeholders of this place; their names may differ between routes.
        var parameter: [Node] = []
        var routes: Ending = Ending()
        var rest: Ending = Ending()
    }

    /// The routes that end at a node, by method; `any` for every method.
    private struct Ending: Sendable {
        var byMethod: [HTTPRequest.Method: (pattern: RoutePattern, route: Route)] = [:]
        var any: (pattern: RoutePattern, route: Route)?
        var isEmpty: Bool { byMethod.isEmpty && any == nil }
    }

    enum Match {
        case found(Route, RoutePattern, PathParameters)
        /// The path is known, the method is not; these are.
        case otherMethods([HTTPRequest.Method])
        case none
    }

    private var root = Node()

    mutating func insert(_ method: HTTPRequest.Method?, _ pattern: RoutePattern, _ route: Route) {
        func insert(_ node: inout Node, _ rest: ArraySlice<RoutePattern.Segment>) {
            switch rest.first {
            case nil: set(&node.routes)
            case .rest: set(&node.rest)
            case .literal(let text): insert(&node.literals[text, default: Node()], rest.dropFirst())
            case .parameter:
                if node.parameter.isEmpty { node.parameter = [Node()] }
                insert(&node.parameter[0], rest.dropFirst())
            }
        }
        func set(_ ending: inout Ending) {
            // Two routes for one place are a slip in the program's text.
            if let method {
                precondition(ending.byMethod[method] == nil, "\(method) \(pattern) is registered twice")
                ending.byMethod[method] = (pattern, route)
            } else {
                precondition(ending.any == nil, "\(pattern) is registered twice")
                ending.any = (pattern, route)
            }
        }
        insert(&root, pattern.segments[...])
    }

    func match(_ method: HTTPRequest.Method, _ path: some StringProtocol) -> Match {
        let segments = String(path).split(separator: "/").map(String.init)
        var allowed: Set<HTTPRequest.Method> = []
        func search(_ node: Node, _ depth: Int) -> (RoutePattern, Route)? {
            if depth == segments.count {
                return choose(node.routes) ?? choose(node.rest)
            }
            if let next = node.literals[segments[depth]], let found = search(next, depth + 1) { return found }
            if let next = node.parameter.first, let found = search(next, depth + 1) { return found }
            return choose(node.rest)
        }
        func choose(_ ending: Ending) -> (RoutePattern, Route)? {
            if let found = ending.byMethod[method] ?? ending.any { return found }
            // HEAD is GET without the body (RFC 9110, section 9.3.2).
            if method == .head, let found = ending.byMethod[.get] { return found }
            allowed.formUnion(ending.byMethod.keys)
            return nil
        }
        if let (pattern, route) = search(root, 0) {
            return .found(route, pattern, parameters(pattern, segments))
        }
        if allowed.contains(.get) { allowed.insert(.head) }
        return allowed.isEmpty ? .none : .otherMethods(allowed.sorted { $0.rawValue < $1.rawValue })
    }

    private func parameters(_ pattern: RoutePattern, _ segments: [String]) -> PathParameters {
        var parameters = PathParameters()
        for (index, segment) in pattern.segments.enumerated() {
            switch segment {
            case .literal: break
            case .parameter(let name): parameters.append(name, Percent.decode(segments[index]))
            case .rest(let name):
                parameters.append(name, segments[index...].map { Percent.decode($0) }.joined(separator: "/"))
            }
        }
        return parameters
    }
}
