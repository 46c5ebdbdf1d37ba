import ClawDocuments

/// The arguments of tool calls: text in some dialects, an object in others.
enum ToolArguments {
    /// The text of an object for dialects that carry objects. What a model wrote and is no JSON object is carried in
    /// the member `_raw`, so that it is not lost and the call still has an object.
    static func objectText(_ arguments: String) -> String {
        if arguments.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) { return "{}" }
        if let json = try? JSONParser.parse(Array(arguments.utf8)), json.object != nil { return arguments }
        return JSON.object(["_raw": .string(arguments)]).description
    }

    /// The text of arguments that came as a value.
    static func text(_ json: JSON?) -> String {
        guard let json, !json.isNull else { return "{}" }
        if let object = json.object, object.count == 1, let raw = object["_raw"]?.string { return raw }
        return json.description
    }
}

/// Watches JSON text come in fragments and says when one whole value is there.
struct JSONCompleteness: Sendable {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var hasBegun = false
    /// Whether an object or array has begun and closed.
    private(set) var isWhole = false

    mutating func feed(_ fragment: String) {
        for byte in fragment.utf8 {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                hasBegun = true
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0, hasBegun { isWhole = true }
            default: break
            }
        }
    }
}
