import ClawDocuments
import ClawLedger
import ClawResources
import Testing

@testable import ClawPlatform

/// Random rules drawn from a small world, so that they often concern the same things.
@Suite("What several layers allow")
struct PolicyLatticeTests {
    private struct World: RandomNumberGenerator {
        private var state: UInt64
        init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }

        mutating func some<T>(_ all: [T]) -> [T] { all.filter { _ in Bool.random(using: &self) } }
        mutating func one<T>(_ all: [T]) -> T { all[Int.random(in: 0..<all.count, using: &self)] }

        mutating func term(_ rule: LayerRule) throws -> PolicyTerm {
            let names = ["a", "ab", "abc", "a*", "ab*", "*", "b", "b*"]
            switch rule {
            case .registries: return .names(NamePatterns(.path, some(["a", "a/b", "a/b/c", "a/bb", "b", "b/a"])))
            case .models, .clusters, .regions: return .names(NamePatterns(.star, some(names)))
            case .containerLimits:
                return .ceilings(["cpu", "memory"].reduce(into: [:]) { $0[$1] = one([nil, "1", "2", "1500m"]) })
            case .volumeSize: return .most(one(["1Gi", "2Gi", "1500Mi"]))
            case .runningSeconds: return .number(one([60, 61, 3600]))
            case .budgets:
                return .budgets(["day", "month"].reduce(into: [:]) { $0[$1] = [one([.cost, .tokens]): one([1, 2, 3])] })
            case .tools:
                return .tools(ToolVerdicts(some(names).reduce(into: [:]) { $0[$1] = one(PolicyTool.Verdict.allCases) }))
            case .digests: return try rule.term(.string(one(["Required", "Optional"])))
            case .isolation: return try rule.term(.string(one(["isolated", "open"])))
            case .egress: return try rule.term(.string(one(["platform", "internet"])))
            case .security: return try rule.term(.string(one(["restricted", "baseline", "privileged"])))
            }
        }

        mutating func rules() throws -> PolicyRules {
            PolicyRules(try some(LayerRule.allCases).reduce(into: [:]) { $0[$1] = try term($1) })
        }
    }

    @Test("in whatever order, and said twice, the same; and never more than any of them", arguments: 0..<400)
    func lattice(seed: Int) throws {
        var world = World(seed)
        let (a, b, c) = (try world.rules(), try world.rules(), try world.rules())
        let both = a.narrowed(by: b)
        #expect(Self.means(both, b.narrowed(by: a)))
        #expect(Self.means(both.narrowed(by: c), a.narrowed(by: b.narrowed(by: c))))
        #expect(Self.means(a.narrowed(by: a), a))
        for parent in [a, b] {
            #expect(both.findings(of: .tenant("t"), under: parent, .platform).isEmpty, "\(both) under \(parent)")
        }
        // What does not widen is its own intersection.
        if a.findings(of: .tenant("t"), under: b, .platform).isEmpty {
            for rule in a.stated { #expect(Self.isSame(rule, both[rule], a[rule]), "\(rule)") }
        }
        #expect(try PolicyRules(both.spec) == both, "what is written is read as it was")
    }

    @Test("a name is of both sets exactly where it is of each", arguments: 0..<400)
    func names(seed: Int) throws {
        var world = World(seed)
        for rule in [LayerRule.registries, .models] {
            guard case .names(let a) = try world.term(rule), case .names(let b) = try world.term(rule) else { return }
            for name in ["a", "ab", "abc", "abd", "b", "ba", "a/b", "a/b/c", "a/bb", "a/bb/c", "b/a/c", "c"] {
                #expect(a.intersection(b).contains(name) == (a.contains(name) && b.contains(name)), "\(name): \(a) \(b)")
            }
        }
    }

    @Test("of each tool the stricter verdict", arguments: 0..<400)
    func tools(seed: Int) throws {
        var world = World(seed)
        guard case .tools(let a) = try world.term(.tools), case .tools(let b) = try world.term(.tools) else { return }
        for tool in ["a", "ab", "abc", "abd", "b", "bc", "c"] {
            let strictness = PolicyTool.Verdict.allCases
            let both = [a.verdict(on: tool), b.verdict(on: tool)].compactMap(\.self)
            let stricter = both.min { (strictness.firstIndex(of: $0) ?? 0) < (strictness.firstIndex(of: $1) ?? 0) }
            #expect(a.stricter(b).verdict(on: tool) == stricter, "\(tool): \(a) \(b)")
        }
    }

    /// Amounts may be written in several ways, and verdicts with patterns that say nothing new.
    private static func means(_ a: PolicyRules, _ b: PolicyRules) -> Bool {
        a.stated == b.stated && a.stated.allSatisfy { isSame($0, a[$0], b[$0]) }
    }

    private static func isSame(_ rule: LayerRule, _ a: PolicyTerm?, _ b: PolicyTerm?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return a.excess(over: b) == nil && b.excess(over: a) == nil
    }
}
