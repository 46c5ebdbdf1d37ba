public import ClawKubernetes

/// Finds a cache's objects by label selectors.
///
///     let pods = LabelIndex(caches.cache(Pod.self))
///     pods.matching(.equal("app", "web"), in: "demo")
///
/// A look takes time in the objects that have the rarest of the labels which the selector asks for by value; in those of
/// the whole namespace where it asks for none.
public struct LabelIndex<R: Resource>: Sendable {
    private let index: ObjectIndex<R, LabelMark>

    public init(_ cache: ObjectCache<R>) {
        index = cache.index { object in
            let namespace = object.namespace ?? ""
            return [LabelMark(namespace)] + object.labels.map { LabelMark(namespace, $0.key, $0.value) }
        }
    }

    /// Sorted by name.
    public func matching(_ query: LabelQuery, in namespace: String) -> [R] {
        var (rarest, fewest) = (LabelMark(namespace), Int.max)
        for case .isIn(let key, let values) in query.requirements where values.count == 1 {
            let mark = LabelMark(namespace, key, values.first ?? "")
            let count = index.count(of: mark)
            if count == 0 { return [] }
            if count < fewest { (rarest, fewest) = (mark, count) }
        }
        return index[rarest].filter { query.matches($0.labels) }
    }
}

/// A label of an object in a namespace, or that it is in the namespace at all.
struct LabelMark: Hashable, Sendable {
    let namespace: String
    let key: String
    let value: String

    init(_ namespace: String, _ key: String = "", _ value: String = "") {
        (self.namespace, self.key, self.value) = (namespace, key, value)
    }
}
