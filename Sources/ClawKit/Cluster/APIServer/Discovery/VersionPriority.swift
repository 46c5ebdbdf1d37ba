/// The order of an API group's versions: stable before beta before alpha, newer before older, anything else last by name.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority>
struct VersionPriority: Comparable {
    private let name: String
    /// 0 stable, 1 beta, 2 alpha, 3 no version of this form.
    private let stage: Int
    private let major: Int
    private let minor: Int

    init(_ name: String) {
        self.name = name
        guard let match = name.wholeMatch(of: /v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?/), let major = Int(match.1)
        else {
            (stage, major, minor) = (3, 0, 0)
            return
        }
        self.major = major
        minor = match.3.flatMap { Int($0) } ?? 0
        stage = match.2 == nil ? 0 : match.2 == "beta" ? 1 : 2
    }

    static func < (a: Self, b: Self) -> Bool {
        if a.stage != b.stage { return a.stage < b.stage }
        if a.major != b.major { return a.major > b.major }
        return a.minor != b.minor ? a.minor > b.minor : a.name < b.name
    }
}
