/// A semantic version (semver.org, 2.0.0).
struct VersionValue: OpaqueValue {
    static let expressionType = ExpressionType.opaque("kubernetes.Semver", [])
    let major, minor, patch: UInt64
    let prerelease: [Substring]

    var type: ExpressionType { Self.expressionType }
    func isEqual(to other: any OpaqueValue) -> Bool { (other as? VersionValue).map { compare($0) == 0 } ?? false }

    static func parse(_ text: String) throws(EvaluationError) -> VersionValue {
        if text.isEmpty { throw EvaluationError("Version string empty") }
        var rest = text[...]
        var build: Substring?
        if let plus = rest.firstIndex(of: "+") {
            build = rest[plus...].dropFirst()
            rest = rest[..<plus]
        }
        var prerelease: Substring?
        if let dash = rest.firstIndex(of: "-") {
            prerelease = rest[dash...].dropFirst()
            rest = rest[..<dash]
        }
        let parts = rest.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw EvaluationError("No Major.Minor.Patch elements found") }
        var numbers: [UInt64] = []
        for (part, name) in zip(parts, ["major", "minor", "patch"]) {
            guard !part.isEmpty, part.utf8.allSatisfy({ (48...57).contains($0) }) else {
                throw EvaluationError("Invalid character(s) found in \(name) number \"\(part)\"")
            }
            guard part.count == 1 || part.first != "0" else {
                throw EvaluationError(
                    "\(name.prefix(1).uppercased())\(name.dropFirst()) number must not contain leading zeroes \"\(part)\""
                )
            }
            guard let number = UInt64(part) else { throw EvaluationError("\(name) number is out of range") }
            numbers.append(number)
        }
        let identifiers = prerelease?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        for identifier in identifiers + (build?.split(separator: ".", omittingEmptySubsequences: false) ?? []) {
            guard !identifier.isEmpty else { throw EvaluationError("Prerelease is empty") }
            guard identifier.utf8.allSatisfy({ Self.isIdentifier($0) }) else {
                throw EvaluationError("Invalid character(s) found in prerelease \"\(identifier)\"")
            }
        }
        for identifier in identifiers
        where identifier.count > 1 && identifier.first == "0" && identifier.allSatisfy(\.isNumber) {
            throw EvaluationError("Numeric PreRelease version must not contain leading zeroes \"\(identifier)\"")
        }
        return VersionValue(major: numbers[0], minor: numbers[1], patch: numbers[2], prerelease: identifiers)
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "-")
    }

    /// `v1.02` and the like made whole first.
    static func normalized(_ text: String) throws(EvaluationError) -> VersionValue {
        var parts = (text.hasPrefix("v") ? text.dropFirst() : text[...])
            .split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        parts = parts.map { part in
            guard part.count > 1 else { return part }
            let trimmed = String(part.drop { $0 == "0" })
            return trimmed.first?.isNumber ?? false ? trimmed : "0" + trimmed
        }
        if parts.count < 3 {
            if parts.last?.contains(where: { $0 == "+" || $0 == "-" }) ?? false {
                throw EvaluationError("short version cannot contain PreRelease/Build meta data")
            }
            while parts.count < 3 { parts.append("0") }
        }
        return try parse(parts.joined(separator: "."))
    }

    func compare(_ other: VersionValue) -> Int64 {
        for (a, b) in [(major, other.major), (minor, other.minor), (patch, other.patch)] where a != b {
            return a < b ? -1 : 1
        }
        if prerelease.isEmpty || other.prerelease.isEmpty {
            return prerelease.isEmpty == other.prerelease.isEmpty ? 0 : prerelease.isEmpty ? 1 : -1
        }
        for (a, b) in zip(prerelease, other.prerelease) where a != b {
            switch (UInt64(a), UInt64(b)) {
            case (let x?, let y?): if x != y { return x < y ? -1 : 1 }
            case (_?, nil): return -1
            case (nil, _?): return 1
            case (nil, nil): return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
            }
        }
        return prerelease.count == other.prerelease.count ? 0 : prerelease.count < other.prerelease.count ? -1 : 1
    }
}

extension FunctionTable {
    /// Semantic versions.
    mutating func addVersions() {
        let type = "kubernetes.Semver"
        declare(
            """
            string_to_semver = semver(string) -> \(type)
            string_bool_to_semver = semver(string, bool) -> \(type)
            is_semver_string = isSemver(string) -> bool
            is_semver_string_bool = isSemver(string, bool) -> bool
            semver_is_greater_than = \(type)'isGreaterThan(\(type)) -> bool
            semver_is_less_than = \(type)'isLessThan(\(type)) -> bool
            semver_compare_to = \(type)'compareTo(\(type)) -> int
            semver_major = \(type)'major() -> int
            semver_minor = \(type)'minor() -> int
            semver_patch = \(type)'patch() -> int
            """)
        add("semver") { a throws(EvaluationError) in try Self.version(a).map { .opaque($0) } }
        add("isSemver") { a throws(EvaluationError) in
            guard a.string(0) != nil else { return nil }
            return .bool((try? Self.version(a)) != nil)
        }
        add("isGreaterThan") { a throws(EvaluationError) in Self.compared(a).map { .bool($0 > 0) } }
        add("isLessThan") { a throws(EvaluationError) in Self.compared(a).map { .bool($0 < 0) } }
        add("compareTo") { a throws(EvaluationError) in Self.compared(a).map(Value.int) }
        add("major") { a throws(EvaluationError) in
            a.opaque(0, as: VersionValue.self).map { .int(Int64(clamping: $0.major)) }
        }
        add("minor") { a throws(EvaluationError) in
            a.opaque(0, as: VersionValue.self).map { .int(Int64(clamping: $0.minor)) }
        }
        add("patch") { a throws(EvaluationError) in
            a.opaque(0, as: VersionValue.self).map { .int(Int64(clamping: $0.patch)) }
        }
    }

    private static func version(_ a: Invocation) throws(EvaluationError) -> VersionValue? {
        guard let text = a.string(0) else { return nil }
        return a.count > 1 && a[1].bool == true ? try VersionValue.normalized(text) : try VersionValue.parse(text)
    }

    private static func compared(_ a: Invocation) -> Int64? {
        guard let x = a.opaque(0, as: VersionValue.self), let y = a.opaque(1, as: VersionValue.self) else { return nil }
        return x.compare(y)
    }
}
