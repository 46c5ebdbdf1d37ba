/// JSON values as YAML text for people: block style, plain scalars where they read back as the same text.
package enum YAMLText {
    package static func lines(_ object: JSONObject) -> [String] {
        var lines: [String] = []
        write(object, indent: "", &lines)
        return lines
    }

    private static func write(_ object: JSONObject, indent: String, _ lines: inout [String]) {
        for (name, value) in object.sorted(by: { rank($0.name) < rank($1.name) }) {
            write(value, after: "\(indent)\(scalar(name)):", indent: indent, &lines)
        }
    }

    /// What an object begins with, whatever its server's order.
    private static func rank(_ name: String) -> (Int, String) {
        (["apiVersion", "kind", "metadata"].firstIndex(of: name) ?? 3, name)
    }

    private static func write(_ value: JSON, after head: String, indent: String, _ lines: inout [String]) {
        switch value {
        case .object(let object) where !object.isEmpty:
            lines.append(head)
            write(object, indent: indent + "  ", &lines)
        case .array(let elements) where !elements.isEmpty:
            lines.append(head)
            for element in elements { write(element, indent: indent, &lines) }
        case .string(let text) where isBlock(text):
            lines.append("\(head) |\(text.hasSuffix("\n") ? "" : "-")")
            let body = text.hasSuffix("\n") ? text.dropLast() : text[...]
            lines += body.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.isEmpty ? "" : "\(indent)  \($0)"
            }
        case .string(let text): lines.append("\(head) \(scalar(text))")
        default: lines.append("\(head) \(value)")
        }
    }

    /// An element of a list; the dash of an object's first member takes its indentation.
    private static func write(_ element: JSON, indent: String, _ lines: inout [String]) {
        guard case .object(let object) = element, !object.isEmpty else {
            return write(element, after: "\(indent)-", indent: indent + "  ", &lines)
        }
        let first = lines.count
        write(object, indent: indent + "  ", &lines)
        lines[first].replaceSubrange(
            lines[first].startIndex..<lines[first].index(lines[first].startIndex, offsetBy: indent.count + 2),
            with: "\(indent)- ")
    }

    private static func scalar(_ text: String) -> String {
        let isSafe = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isSafe, text.utf8.first != UInt8(ascii: "-"), case .text = PlainScalar(text) else {
            return "\(JSON.string(text))"
        }
        return text
    }

    /// Several lines that YAML's literal form keeps as they are.
    private static func isBlock(_ text: String) -> Bool {
        text.contains("\n") && !text.hasPrefix(" ") && !text.hasPrefix("\n") && !text.hasSuffix("\n\n") && text != "\n"
            && text.unicodeScalars.allSatisfy {
                $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && $0.value < 0x7F) || $0.value > 0xA0
            }
    }
}
