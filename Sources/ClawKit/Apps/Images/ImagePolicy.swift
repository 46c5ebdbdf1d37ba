public import ClawBase
import ClawExpressions

/// Which of a repository's tags to run.
///
/// | policy | chooses |
/// |---|---|
/// | `semver` | the greatest version; with a suffix (`-rc1`, `-alpine`) only where a pattern asks for it |
/// | `semver:^1.2` | the same, of those that fit the constraint |
/// | `latest` | the tag `latest`, by the digest it has now |
/// | `timestamp` | the newest by the time in the tag: seconds since 1970, or `20260131`, `20260131-235959` |
/// | `asc`, `desc` | the first, the last in the order of bytes |
///
/// These are One-Click's policies. Two differ: `latest` there changes nothing when the tag moves, and `semver` there
/// takes a release candidate for newer than the release before.
public struct ImagePolicy: Sendable {
    enum Order: Sendable, Hashable {
        case version(VersionConstraint?)
        case latest
        case timestamp
        case ascending
        case descending
    }

    let order: Order
    private let pattern: Pattern?

    /// - Parameters:
    ///   - text: as in the table.
    ///   - pattern: a regular expression in RE2's syntax; only tags in which it matches count.
    public init(_ text: String, pattern: String? = nil) throws(Finding) {
        switch text {
        case "semver": order = .version(nil)
        case "latest": order = .latest
        case "timestamp": order = .timestamp
        case "asc": order = .ascending
        case "desc": order = .descending
        default:
            guard text.hasPrefix("semver:"), let constraint = VersionConstraint(String(text.dropFirst(7))) else {
                throw Finding(
                    .rolloutAnnotation,
                    "\(ObjectName.shown(text)) is no policy; use semver, semver:^1.2, latest, timestamp, asc, desc.",
                    field: "metadata.annotations[\(RolloutAnnotation.updatePolicy)]")
            }
            order = .version(constraint)
        }
        guard let pattern, !pattern.isEmpty else {
            self.pattern = nil
            return
        }
        do {
            guard pattern.utf8.count <= 1000 else { throw Self.badPattern("it is too long") }
            self.pattern = try Pattern(pattern)
        } catch let error as PatternError {
            throw Self.badPattern("\(error)")
        } catch {
            throw Self.badPattern("it is too long")
        }
    }

    private static func badPattern(_ reason: String) -> Finding {
        Finding(
            .rolloutAnnotation, "The pattern is no regular expression: \(reason).",
            field: "metadata.annotations[\(RolloutAnnotation.updatePattern)]")
    }

    /// Whether the tag moves from image to image, so that only a digest names one.
    public var isMoving: Bool { order == .latest }

    /// The tag to run, whatever the order of the list; nil where none fits.
    ///
    /// - Parameter present: the tag of the spec. Versions and times never go backwards: where it is newer than all that
    ///   are there, it is chosen itself.
    public func choose(from tags: some Sequence<String>, present: String? = nil) -> String? {
        let fitting = tags.lazy.filter { Self.isTag($0) && (pattern?.matches($0) ?? true) }
        switch order {
        case .latest: return fitting.contains("latest") ? "latest" : nil
        case .ascending: return fitting.min { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        case .descending: return fitting.max { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        case .version(let constraint):
            return newest(of: fitting, present) { (tag: String) -> TagVersion? in
                guard let version = TagVersion(tag), pattern != nil || version.suffix.isEmpty,
                    constraint?.contains(version) ?? true
                else { return nil }
                return version
            }
        case .timestamp: return newest(of: fitting, present, TagTime.seconds)
        }
    }

    /// Of two that are equally new, the one that comes last in the order of bytes.
    private func newest<Key: Comparable>(
        of tags: some Sequence<String>, _ present: String?, _ key: (String) -> Key?
    ) -> String? {
        var best: (key: Key, tag: String)?
        for tag in tags {
            guard let key = key(tag) else { continue }
            if let best, key < best.key || key == best.key && !best.tag.utf8.lexicographicallyPrecedes(tag.utf8) {
                continue
            }
            best = (key, tag)
        }
        guard let best else { return nil }
        if let present, pattern?.matches(present) ?? true, let key = key(present), !(key < best.key) { return present }
        return best.tag
    }

    /// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>
    static func isTag(_ text: String) -> Bool {
        guard (1...128).contains(text.utf8.count), let first = text.utf8.first, first != UInt8(ascii: "."),
            first != UInt8(ascii: "-")
        else { return false }
        return text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "._-".utf8.contains(byte)
        }
    }
}

/// The time that stands in a tag.
enum TagTime {
    /// In seconds since 1970. Of several numbers in a tag the first that is a time counts.
    static func seconds(in tag: String) -> Int64? {
        let words = tag.split { !($0.isASCII && ($0.isNumber || $0.isLetter)) }.map {
            $0.drop { $0 == "v" || $0 == "T" }
        }
        for (index, word) in words.enumerated() where word.utf8.allSatisfy({ (48...57).contains($0) }) {
            let next = index + 1 < words.count && words[index + 1].count == 6 ? String(words[index + 1]) : ""
            switch word.count {
            case 10: return Int64(word)
            case 8: if let time = calendar(String(word) + (Int(next) == nil ? "000000" : next)) { return time }
            case 14: if let time = calendar(String(word)) { return time }
            default: continue
            }
        }
        return nil
    }

    /// `yyyymmddhhmmss`
    private static func calendar(_ digits: String) -> Int64? {
        let d = Array(digits)
        func part(_ range: Range<Int>) -> String { String(d[range]) }
        let text = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z"
        return Timestamp(rfc3339: text)?.seconds
    }
}
