import ClawBase
import ClawDocuments

/// What is wrong with the text of an amount, in Kubernetes' words.
package enum GoQuantity {
    package static let malformed =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

    package static func problem(with text: String) -> String? {
        if Quantity(text) != nil { return nil }
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let number = rest.prefix { NameRules.isDigit($0) || $0 == UInt8(ascii: ".") }
        let suffix = rest.dropFirst(number.count).drop { "eEinumkKMGTP".utf8.contains($0) }
        let exponent =
            suffix.first == UInt8(ascii: "+") || suffix.first == UInt8(ascii: "-") ? suffix.dropFirst() : suffix
        if number.isEmpty || !exponent.allSatisfy(NameRules.isDigit) { return malformed }
        if number.filter({ $0 == UInt8(ascii: ".") }).count > 1 { return malformed }
        return "unable to parse quantity's suffix"
    }
}

/// Where a text stops being base64, as Go counts.
package enum GoText64 {
    package static func corruption(in text: String) -> Int? {
        if Base64.decode(text) != nil { return nil }
        var count = 0
        for (offset, byte) in text.utf8.enumerated() {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { continue }
            if byte == UInt8(ascii: "=") { return count % 4 >= 2 ? offset + 1 : offset }
            if !NameRules.isAlphanumeric(byte), byte != UInt8(ascii: "+"), byte != UInt8(ascii: "/") { return offset }
            count += 1
        }
        // Line breaks are no fault of the text.
        let letters = text.filter { $0 != "\n" && $0 != "\r" }
        return letters != text && Base64.decode(letters) != nil ? nil : text.utf8.count
    }
}
