/// The parameters of a query string, in order; a name may stand more than once.
public struct QueryParameters: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public var items: [(name: String, value: String)]

    public init(_ items: [(name: String, value: String)] = []) { self.items = items }

    public init(dictionaryLiteral elements: (String, String)...) {
        items = elements.map { (name: $0.0, value: $0.1) }
    }

    /// Reads what stands behind the first `?` of a request target.
    public init(parsing target: String) {
        items = []
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return }
        for pair in target.utf8[target.utf8.index(after: mark)...].split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            items.append((Percent.decode(Substring(parts[0]), plusIsSpace: true),
                parts.count > 1 ? Percent.decode(Substring(parts[1]), plusIsSpace: true) : ""))
        }
    }

    /// The first value of that name. Setting replaces all of that name; nil removes them.
    public subscript(_ name: String) -> String? {
        get { items.first { $0.name == name }?.value }
        set {
            items.removeAll { $0.name == name }
            if let newValue { items.append((name, newValue)) }
        }
    }

    /// Whether the parameter is set to something that means yes (`true`, `1`, or present without a value).
    public func flag(_ name: String) -> Bool {
        guard let value = self[name] else { return false }
        return !(value == "false" || value == "0")
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.items.elementsEqual(b.items) { $0.name == $1.name && $0.value == $1.value }
    }
}

extension QueryParameters: CustomStringConvertible {
    /// `name=value&…`, percent-encoded; empty for no parameter.
    public var description: String {
        items.map { "\(Percent.encode($0.name))=\(Percent.encode($0.value))" }.joined(separator: "&")
    }
}
