import ClawKubernetes

/// The encodings of objects that this server speaks, in the order in which it tells of them.
enum ContentEncoding: CaseIterable, Sendable {
    case json, yaml, protobuf

    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .yaml: "application/yaml"
        case .protobuf: ProtobufCodec.mediaType
        }
    }

    static let mediaTypes = allCases.map(\.mediaType)

    /// YAML has no form for events one after the other.
    static let streamTypes = [json, protobuf].map { "\($0.mediaType);stream=watch" }
}

/// One element of an `Accept` field (RFC 9110, section 12.5.1).
struct MediaRange: Sendable {
    /// `application/json`, in lower case.
    let type: String
    let parameters: [String: String]
    private let weight: Double

    /// The elements by preference; those alike stay in their order.
    static func parse(_ accept: String?) -> [MediaRange] {
        (accept ?? "").split(separator: ",").map { MediaRange($0) }.enumerated().sorted { a, b in
            (-a.element.weight, a.element.generality, a.offset) < (-b.element.weight, b.element.generality, b.offset)
        }.map(\.element)
    }

    private init(_ text: Substring) {
        let parts = text.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
        type = (parts.first ?? "").lowercased()
        parameters = Dictionary(
            parts.dropFirst().compactMap { part in
                part.firstIndex(of: "=").map { (String(part[..<$0]), String(part[part.index(after: $0)...])) }
            }, uniquingKeysWith: { first, _ in first })
        weight = parameters["q"].flatMap(Double.init) ?? 1
    }

    private var generality: Int { type == "*/*" ? 2 : type.hasSuffix("/*") ? 1 : 0 }

    /// The encodings that this element takes.
    var encodings: [ContentEncoding] {
        let isStream = !(parameters["stream"] ?? "").isEmpty
        if isStream, parameters["stream"] != "watch" { return [] }
        return ContentEncoding.allCases.filter { encoding in
            (type == encoding.mediaType || type == "application/*" || type == "*/*") && !(isStream && encoding == .yaml)
        }
    }

    /// What objects are to be turned into: `as`, `g` and `v`.
    var target: Target? {
        if parameters["as"] == nil, parameters["g"] == nil, parameters["v"] == nil { return nil }
        return Target(kind: parameters["as"] ?? "", group: parameters["g"] ?? "", version: parameters["v"] ?? "")
    }

    struct Target: Sendable, Hashable {
        let kind: String
        let group: String
        let version: String
        var isMeta: Bool { group == "meta.k8s.io" && (version == "v1" || version == "v1beta1") }
    }
}
