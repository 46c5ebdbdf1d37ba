import ClawBase

/// How a deployment is at a moment: for metrics and for people.
struct DeploymentCondition: Sendable {
    let deployment: Deployment
    /// Whether requests may go there, as far as its failures are concerned.
    let isAsked: Bool
    /// After failures one request tries whether it is well again.
    let isProbing: Bool
    /// Until when it rests.
    let restsUntil: Timestamp?
    /// Why an active check says that it is not well.
    let complaint: String?
    /// Whether an active check has been made.
    let isChecked: Bool

    init(_ deployment: Deployment, _ state: DeploymentState, now: Timestamp) {
        self.deployment = deployment
        (complaint, isChecked) = (state.complaint, state.isChecked)
        switch state.breaker.state {
        case .closed: (isAsked, isProbing, restsUntil) = (complaint == nil, false, nil)
        case .open(let until): (isAsked, isProbing, restsUntil) = (complaint == nil && until <= now, true, until)
        case .halfOpen: (isAsked, isProbing, restsUntil) = (complaint == nil, true, nil)
        }
    }
}
