public import ClawBase

/// A route's path: literal segments, `{name}` for one segment, and at the end `{name...}` for all that follow.
///
///     "/api/v1/projects/{project}/runtimes/{name}"
///     "/r/{project}/{runtime}/{rest...}"
public struct RoutePattern: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
        case rest(String)
    }

    let segments: [Segment]
    public let description: String

    public init(stringLiteral text: String) { self.init(text) }

    /// A pattern is part of a program's text: a malformed one traps at once.
    public init(_ text: String) {
        precondition(text.hasPrefix("/"), "a route pattern starts with '/'")
        description = text
        segments = text.split(separator: "/").map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .parameter(String(name))
        }
        precondition(
            !segments.dropLast().contains { if case .rest = $0 { true } else { false } },
            "'{name...}' may stand only at a pattern's end")
    }
}

/// What the placeholders of a route stood for, percent-decoded.
public struct PathParameters: Sendable, Hashable {
    private var items: [(name: String, value: String)] = []

    init() {}

    mutating func append(_ name: String, _ value: String) { items.append((name, value)) }

    /// The value of a placeholder of the route's own pattern; empty for a name the pattern does not have.
    public subscript(_ name: String) -> String { items.last { $0.name == name }?.value ?? "" }

    /// A placeholder's value as a name.
    /// - Throws: ``Finding`` (`E_NAME`).
    public func label(_ name: String) throws(Finding) -> DNSLabel { try DNSLabel(self[name], field: name) }

    public static func == (a: Self, b: Self) -> Bool { a.items.elementsEqual(b.items) { $0 == $1 } }
    public func hash(into hasher: inout Hasher) {
        for item in items {
            hasher.combine(item.name)
            hasher.combine(item.value)
        }
    }
}
