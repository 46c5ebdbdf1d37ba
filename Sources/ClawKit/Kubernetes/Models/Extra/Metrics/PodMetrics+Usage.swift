public import ClawDocuments

extension PodMetrics {
    /// The sum over the containers, nil where one of them lacks the resource: half a pod is no measure.
    public func total(_ resource: String) -> Quantity? {
        let amounts = containers.map { $0.usage[resource] }
        return amounts.contains(nil) ? nil : amounts.compactMap { $0 }.sum()
    }
}
