import ClawDocuments

func parse(_ text: String, limits: JSONParser.Limits = .init()) throws -> JSON {
    try JSONParser.parse(Array(text.utf8), limits: limits)
}

func write(_ value: JSON, _ format: JSONWriter.Format = .compact) -> String {
    String(decoding: value.bytes(format), as: UTF8.self)
}

/// The same numbers in every run: a failure can be repeated by its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Random trees with names that are known, unknown, empty and in need of escapes.
struct RandomTrees {
    var random: SeededGenerator

    private static let names = [
        "metadata", "name", "labels", "app.kubernetes.io/name", "", "\"", "\\", "\u{0}", "ä", "🦀", "a\nb", "spec", "x",
        "kind", "f:metadata", "k:{\"name\":\"agent\"}", String(repeating: "n", count: 70),
    ]
    private static let doubles = [0.5, -0.0, 1e300, .leastNonzeroMagnitude, 1.7976931348623157e308, 3.0, -2.25, 1e19]

    mutating func tree(depth: Int = 5) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .integer(Int64.random(in: -9...9, using: &random))
        case 4: return .double(Self.doubles.randomElement(using: &random) ?? 0)
        case 5: return .string(Self.names.randomElement(using: &random) ?? "")
        case 6:
            return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in tree(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                let name = Self.names.randomElement(using: &random) ?? ""
                let isCustom = Int.random(in: 0..<3, using: &random) == 0
                object[isCustom ? "\(name)-\(Int.random(in: 0..<40, using: &random))" : name] = tree(depth: depth - 2)
            }
            return .object(object)
        }
    }
}
