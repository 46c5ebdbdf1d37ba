import ClawBase

/// A label selector as text: `app=web,tier in (a,b),!legacy`.
/// Grammar: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>
public struct LabelQuery: Sendable, Hashable {
    public enum Requirement: Sendable, Hashable {
        case exists(String)
        case doesNotExist(String)
        case isIn(String, Set<String>)
        /// Also where the label is absent.
        case isNotIn(String, Set<String>)
        /// `weight>5`: the label is a whole number, and larger.
        case isGreater(String, than: Int64)
        case isLess(String, than: Int64)
    }

    public var requirements: [Requirement]

    public static let everything = LabelQuery(requirements: [])

    public init(requirements: [Requirement]) { self.requirements = requirements }

    /// - Throws: ``Finding`` with ``FindingCode/badRequest`` naming the part that cannot be read.
    public init(parsing text: String) throws {
        var parser = LabelQueryParser(text)
        requirements = try parser.parse()
    }

    public func matches(_ labels: [String: String]) -> Bool { requirements.allSatisfy { $0.matches(labels) } }
}

extension LabelQuery.Requirement {
    public func matches(_ labels: [String: String]) -> Bool {
        switch self {
        case .exists(let key): labels[key] != nil
        case .doesNotExist(let key): labels[key] == nil
        case .isIn(let key, let values): labels[key].map(values.contains) ?? false
        case .isNotIn(let key, let values): !(labels[key].map(values.contains) ?? false)
        case .isGreater(let key, let bound): labels[key].flatMap { Int64($0) }.map { $0 > bound } ?? false
        case .isLess(let key, let bound): labels[key].flatMap { Int64($0) }.map { $0 < bound } ?? false
        }
    }
}
