import ClawApps
import ClawBase
import Testing

@testable import ClawApps

@Suite("Which tag to run")
struct ImagePolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let policy: String
        var pattern: String?
        var present: String?
        let tags: [String]
        let choice: String?
        var testDescription: String { "\(policy) \(pattern ?? "") of \(tags)" }
    }

    static let cases = [
        Case(policy: "semver", tags: ["1.2.3", "1.10.0", "1.9.9"], choice: "1.10.0"),
        Case(policy: "semver", tags: ["v1.2.3", "latest", "main", "v2"], choice: "v2"),
        Case(policy: "semver", tags: ["1", "1.29", "1.29.0", "1.28.3"], choice: "1.29.0"),
        Case(policy: "semver", tags: ["1.5.0", "1.6.0-rc1", "1.6.0-alpine"], choice: "1.5.0"),
        Case(
            policy: "semver", pattern: "-alpine$", tags: ["1.5.0-alpine", "1.6.0-alpine", "1.7.0"],
            choice: "1.6.0-alpine"),
        Case(
            policy: "semver", pattern: "^1\\.6\\.", tags: ["1.6.0-rc1", "1.6.0-rc10", "1.6.0-rc.2"],
            choice: "1.6.0-rc10"),
        Case(policy: "semver:^1.2", tags: ["1.1.9", "1.2.0", "1.99.0", "2.0.0"], choice: "1.99.0"),
        Case(policy: "semver:~1.2", tags: ["1.2.0", "1.2.7", "1.3.0"], choice: "1.2.7"),
        Case(policy: "semver:>1.0.0", tags: ["1.0.0", "1.0.1"], choice: "1.0.1"),
        Case(policy: "semver:>=1 <3", tags: ["0.9.0", "2.9.9", "3.0.0"], choice: "2.9.9"),
        Case(policy: "semver:1.x || 3.x", tags: ["1.5.0", "2.5.0", "3.1.0", "4.0.0"], choice: "3.1.0"),
        Case(policy: "semver:1.2 - 2.0", tags: ["1.1.0", "2.0.5", "2.1.0"], choice: "2.0.5"),
        Case(policy: "semver:!=2.0.0", tags: ["1.0.0", "2.0.0"], choice: "1.0.0"),
        Case(policy: "semver:^0.3", tags: ["0.3.1", "0.4.0", "1.0.0"], choice: "0.3.1"),
        Case(policy: "semver:^5", tags: ["1.0.0"], choice: nil),
        Case(policy: "semver", present: "2.0.0", tags: ["1.0.0", "1.5.0"], choice: "2.0.0"),
        Case(policy: "semver:^1", present: "2.0.0", tags: ["1.0.0", "1.5.0"], choice: "1.5.0"),
        Case(policy: "semver", present: "main", tags: ["1.0.0", "1.5.0"], choice: "1.5.0"),
        Case(policy: "latest", tags: ["1", "latest"], choice: "latest"),
        Case(policy: "latest", tags: ["1", "2"], choice: nil),
        Case(policy: "timestamp", tags: ["main-1700000000", "main-1800000000", "dev"], choice: "main-1800000000"),
        Case(policy: "timestamp", tags: ["20260131-235959", "20260201", "2026-02-01"], choice: "20260201"),
        Case(policy: "timestamp", tags: ["20269999", "build-20260101120000"], choice: "build-20260101120000"),
        Case(policy: "asc", tags: ["b", "a", "c"], choice: "a"),
        Case(policy: "desc", tags: ["b", "a", "c"], choice: "c"),
        Case(policy: "desc", pattern: "^[ab]$", tags: ["b", "a", "c"], choice: "b"),
        Case(
            policy: "desc", tags: ["../x", "a b", "", "-x", ".y", String(repeating: "z", count: 129), "a"], choice: "a"),
        Case(policy: "semver", tags: ["99999999999999999999.0.0", "1.0.0"], choice: "1.0.0"),
    ]

    @Test("is what the policy says", arguments: cases)
    func chosen(_ one: Case) throws {
        let policy = try ImagePolicy(one.policy, pattern: one.pattern)
        #expect(policy.choose(from: one.tags, present: one.present) == one.choice)
        #expect(policy.choose(from: one.tags.reversed(), present: one.present) == one.choice)
    }

    @Test(
        "texts that are no policy",
        arguments: ["", "newest", "semver:", "semver:>", "semver:abc", "semver:1.2.3.4", "semver:^1 ||", "SEMVER"])
    func noPolicy(_ text: String) {
        #expect(throws: Finding.self) { try ImagePolicy(text) }
    }

    @Test("patterns that are none", arguments: ["[", "(a", "a{2000}", String(repeating: "a", count: 2000)])
    func noPattern(_ text: String) {
        #expect(throws: Finding.self) { try ImagePolicy("semver", pattern: text) }
    }

    @Test("a pattern that would take for ever elsewhere takes no time")
    func backtracking() throws {
        let policy = try ImagePolicy("desc", pattern: "^(a+)+$")
        #expect(policy.choose(from: [String(repeating: "a", count: 127) + "b", "aaa"]) == "aaa")
    }

    /// Tags as registries have them, from chance.
    private static func tags(_ chance: inout SeededGenerator) -> [String] {
        (0..<Int.random(in: 0...30, using: &chance)).map { _ in
            let numbers = (0...Int.random(in: 0...2, using: &chance)).map { _ in
                "\(Int.random(in: 0...12, using: &chance))"
            }
            let suffix =
                ["", "", "-rc\(Int.random(in: 0...9, using: &chance))", "-alpine"].randomElement(using: &chance) ?? ""
            return [
                numbers.joined(separator: ".") + suffix, "v" + numbers.joined(separator: "."), "latest", "main",
                "build-\(Int.random(in: 1_600_000_000...1_900_000_000, using: &chance))",
            ].randomElement(using: &chance) ?? ""
        }
    }

    @Test(
        "whatever the tags: one of them, the same in every order, and none is better",
        arguments: ["semver", "semver:^1.2", "semver:<5 >1", "timestamp", "asc", "desc", "latest"])
    func properties(_ text: String) throws {
        let policy = try ImagePolicy(text)
        for seed in 0..<300 {
            var chance = SeededGenerator(UInt64(seed))
            let tags = Self.tags(&chance)
            let choice = policy.choose(from: tags)
            #expect(policy.choose(from: tags.shuffled(using: &chance)) == choice)
            guard let choice else {
                #expect(tags.allSatisfy { policy.choose(from: [$0]) == nil })
                continue
            }
            #expect(tags.contains(choice))
            #expect(policy.choose(from: [choice]) == choice)
            for tag in tags { #expect(policy.choose(from: [tag, choice]) == choice) }
            // More tags never lead back.
            if text == "semver", let best = TagVersion(choice),
                let next = policy.choose(from: tags + Self.tags(&chance))
            {
                #expect(try #require(TagVersion(next)) >= best)
            }
        }
    }

    @Test("the order of versions is one: of any two each is less, or they are equal")
    func order() {
        var chance = SeededGenerator(7)
        let versions = (0..<40).flatMap { _ in Self.tags(&chance) }.compactMap(TagVersion.init)
        for a in versions.prefix(60) {
            for b in versions.prefix(60) {
                #expect((a < b ? 1 : 0) + (b < a ? 1 : 0) + (a == b ? 1 : 0) == 1)
                for c in versions.prefix(12) where a < b && b < c { #expect(a < c) }
            }
        }
    }
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
