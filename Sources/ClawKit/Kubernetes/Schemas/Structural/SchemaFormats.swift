import ClawDocuments
import ClawExpressions

/// The formats that schemas of custom resources can ask texts to have
/// (apiextensions-apiserver/pkg/apiserver/validation/formats.go); others are not looked at.
package enum SchemaFormats {
    package static func isKnown(_ format: String, of type: String?) -> Bool {
        switch type {
        case nil, "string"?: checks[normalized(format)] != nil
        case "integer"?: format == "int32" || format == "int64"
        case "number"?: format == "float" || format == "double"
        default: false
        }
    }

    package static func matches(_ text: String, _ format: String) -> Bool { checks[normalized(format)]?(text) ?? true }

    private static func normalized(_ format: String) -> String {
        format.hasPrefix("k8s-") ? format : format.filter { $0 != "-" }
    }

    private static let checks: [String: @Sendable (String) -> Bool] = [
        "bsonobjectid": pattern("^[0-9a-fA-F]{24}$"),
        "uri": { NetworkText.isURL($0) },
        "email": pattern("^[^@\\s<>]+@[^@\\s<>]+$"),
        "hostname": { text in
            text.utf8.count <= 255 && !text.isEmpty
                && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                    NameRules.label($0.lowercased()).isEmpty
                }
        },
        "ipv4": { NetworkText.isAddress($0, bytes: 4) }, "ipv6": { NetworkText.isAddress($0, bytes: 16) },
        "cidr": { NetworkText.isNetwork($0) },
        "mac": pattern("^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$|^([0-9A-Fa-f]{2}[:-]){7}[0-9A-Fa-f]{2}$"),
        "uuid": pattern("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
        "uuid3": pattern("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
        "uuid4": pattern("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
        "uuid5": pattern("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
        "isbn": { isISBN10($0) || isISBN13($0) }, "isbn10": isISBN10, "isbn13": isISBN13,
        "creditcard": pattern(
            "^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])"
                + "[0-9]{11}|(?:2131|1800|35\\d{3})\\d{11})$"),
        "ssn": pattern("^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$"), "hexcolor": pattern("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"),
        "rgbcolor": pattern("^rgb\\(\\s*\\d{1,3}\\s*,\\s*\\d{1,3}\\s*,\\s*\\d{1,3}\\s*\\)$"),
        "byte": pattern("^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"), "password": { _ in true },
        "date": { Instant("\($0)T00:00:00Z") != nil }, "datetime": { Instant($0) != nil },
        "duration": { Value.Span($0) != nil },
        "k8s-short-name": { NameRules.label($0).isEmpty }, "k8s-long-name": { NameRules.subdomain($0).isEmpty },
    ]

    private static func pattern(_ text: String) -> @Sendable (String) -> Bool {
        let pattern = try? Pattern(text)
        return { pattern?.matches($0) ?? true }
    }

    private static let isISBN10: @Sendable (String) -> Bool = { text in
        let digits = text.filter { $0 != "-" && $0 != " " }
        guard digits.count == 10 else { return false }
        var sum = 0
        for (index, digit) in digits.enumerated() {
            guard let value = digit == "X" && index == 9 ? 10 : digit.wholeNumberValue else { return false }
            sum += (index + 1) * value
        }
        return sum % 11 == 0
    }

    private static let isISBN13: @Sendable (String) -> Bool = { text in
        let digits = text.filter { $0 != "-" && $0 != " " }.compactMap(\.wholeNumberValue)
        guard digits.count == 13 else { return false }
        return digits.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) } % 10 == 0
    }
}
