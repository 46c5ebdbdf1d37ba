/// Named sets of code points: POSIX's ASCII classes, Unicode's general categories and the commonest scripts.
enum UnicodeClasses {
    static let ascii: [String: ScalarSet] = [
        "alnum": ScalarSet([48...57, 65...90, 97...122]), "alpha": ScalarSet([65...90, 97...122]),
        "ascii": ScalarSet([0...127]), "blank": ScalarSet([9...9, 32...32]), "cntrl": ScalarSet([0...31, 127...127]),
        "digit": .digits, "graph": ScalarSet([33...126]), "lower": ScalarSet([97...122]),
        "print": ScalarSet([32...126]),
        "punct": ScalarSet([33...47, 58...64, 91...96, 123...126]), "space": ScalarSet([9...13, 32...32]),
        "upper": ScalarSet([65...90]), "word": .words, "xdigit": ScalarSet([48...57, 65...70, 97...102]),
    ]

    private static let scripts: [String: ScalarSet] = [
        "Latin": ScalarSet([
            65...90, 97...122, 0xAA...0xAA, 0xBA...0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2B8, 0x1E00...0x1EFF,
            0x2C60...0x2C7F, 0xA722...0xA787, 0xFF21...0xFF3A, 0xFF41...0xFF5A,
        ]),
        "Greek": ScalarSet([
            0x370...0x373, 0x375...0x377, 0x37A...0x37D, 0x37F...0x37F, 0x384...0x384, 0x386...0x386,
            0x388...0x3E1, 0x3F0...0x3FF, 0x1F00...0x1FFE,
        ]),
        "Cyrillic": ScalarSet([0x400...0x484, 0x487...0x52F, 0x1C80...0x1C88, 0x2DE0...0x2DFF, 0xA640...0xA69F]),
        "Han": ScalarSet([
            0x2E80...0x2FD5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029, 0x3038...0x303B,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAD9, 0x20000...0x323AF,
        ]),
        "Hiragana": ScalarSet([0x3041...0x3096, 0x309D...0x309F]),
        "Katakana": ScalarSet([0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF6F, 0xFF71...0xFF9D]),
        "Hangul": ScalarSet([0x1100...0x11FF, 0x3131...0x318E, 0xAC00...0xD7A3]),
        "Arabic": ScalarSet([0x600...0x604, 0x606...0x60B, 0x60D...0x61A, 0x61C...0x61E, 0x620...0x63F, 0x641...0x6FF]),
        "Hebrew": ScalarSet([0x591...0x5F4, 0xFB1D...0xFB4F]), "Thai": ScalarSet([0xE01...0xE3A, 0xE40...0xE5B]),
    ]

    private static let categories: [Unicode.GeneralCategory: String] = [
        .uppercaseLetter: "Lu", .lowercaseLetter: "Ll", .titlecaseLetter: "Lt", .modifierLetter: "Lm",
        .otherLetter: "Lo", .nonspacingMark: "Mn", .spacingMark: "Mc", .enclosingMark: "Me", .decimalNumber: "Nd",
        .letterNumber: "Nl", .otherNumber: "No", .connectorPunctuation: "Pc", .dashPunctuation: "Pd",
        .openPunctuation: "Ps", .closePunctuation: "Pe", .initialPunctuation: "Pi", .finalPunctuation: "Pf",
        .otherPunctuation: "Po", .mathSymbol: "Sm", .currencySymbol: "Sc", .modifierSymbol: "Sk", .otherSymbol: "So",
        .spaceSeparator: "Zs", .lineSeparator: "Zl", .paragraphSeparator: "Zp", .control: "Cc", .format: "Cf",
        .surrogate: "Cs", .privateUse: "Co",
    ]

    /// All categories, found once by asking for every code point.
    private static let sets: [String: ScalarSet] = {
        var ranges: [String: [ClosedRange<UInt32>]] = [:]
        var current: (name: String, start: UInt32)?
        for code in UInt32(0)...0x110000 {
            let name = Unicode.Scalar(code).flatMap { categories[$0.properties.generalCategory] }
            if current?.name == name { continue }
            if let (name, start) = current { ranges[name, default: []].append(start...(code - 1)) }
            current = name.map { ($0, code) }
        }
        var sets = ranges.mapValues { ScalarSet($0) }
        for (name, set) in sets {
            let major = String(name.prefix(1))
            sets[major] = (sets[major] ?? ScalarSet()).union(set)
        }
        return sets
    }()

    static func set(named name: String) -> ScalarSet? { name == "Any" ? .all : scripts[name] ?? sets[name] }
}
