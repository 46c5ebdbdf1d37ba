import ClawBase
import ClawLedger
import ClawPlatform

/// Keys, limits, guardrails and the cache.
extension AnswerCache.Settings {
    var members: YAMLMembers {
        let standard = AnswerCache.Settings()
        var members: YAMLMembers = []
        if let timeToLive { members.append(("keep", timeToLive.text)) }
        for (name, value, usual) in [
            ("entries", entries, standard.entries), ("bytes", bytes, standard.bytes),
            ("answerBytes", answerBytes, standard.answerBytes),
        ] where value != usual { members.append((name, .plain("\(value)"))) }
        return members
    }
}

extension DeclaredGrant {
    var members: YAMLMembers {
        var members: YAMLMembers = [("name", .text(grant.id))]
        switch key {
        case .hash(let hash): members.append(("hash", .text(hash)))
        case .at(let location): members.append(("key", location.text))
        }
        if !grant.models.isEmpty { members.append(("models", .words(grant.models))) }
        for (name, value) in [
            ("tenant", grant.subject.tenant), ("project", grant.subject.project), ("user", grant.subject.user),
            ("runtime", grant.subject.runtime),
        ] { if let value { members.append((name, .text(value))) } }
        if let moment = grant.expiresAt { members.append(("expires", .text(moment.rfc3339()))) }
        if grant.allowsEstimates { members.append(("allowsEstimates", .plain("true"))) }
        if let time = grant.cache { members.append(("cache", time.text)) }
        if !grant.limits.isEmpty {
            members.append(("limits", .list(grant.limits.map { .flow($0.members.filter { $0.name != "key" }) })))
        }
        return members
    }
}

extension DeclaredGuardrail {
    var members: YAMLMembers {
        var members: YAMLMembers = [("name", .text(name))]
        switch rule {
        case .size(let most): members.append(("maxBytes", .plain("\(most)")))
        case .tools(let allowed, let denied, let asked):
            if let allowed { members.append(("allowTools", .words(allowed.sorted()))) }
            if !denied.isEmpty || allowed == nil && asked.isEmpty { members.append(("denyTools", .words(denied.sorted()))) }
            if !asked.isEmpty { members.append(("askTools", .words(asked.sorted()))) }
        case .pattern(let pattern, let replacement):
            members.append(("pattern", .text(pattern)))
            if let replacement { members.append(("mask", .text(replacement))) }
        case .personal(let kinds): members.append(("personal", .words(kinds.map(\.rawValue).sorted())))
        }
        if let traffic {
            members.append(("on", .plain(traffic == .both ? "both" : traffic == .answers ? "answers" : "requests")))
        }
        if let window { members.append(("window", .plain("\(window)"))) }
        if !models.isEmpty { members.append(("models", .words(models))) }
        return members
    }
}

extension UsageLimit {
    var members: YAMLMembers {
        var members: YAMLMembers = [
            id.level == .platform ? ("platform", .plain("true")) : (id.level.rawValue, .text(id.holder))
        ]
        members.append(("name", .text(id.name)))
        switch window {
        case .forever: break
        case .every(60): members.append(("per", .plain("minute")))
        case .every(let seconds): members.append(("per", Duration.seconds(seconds).text))
        case .hour(let zone): members += [("per", .plain("hour")), ("zone", .text(zone))]
        case .day(let zone): members += [("per", .plain("day")), ("zone", .text(zone))]
        case .month(let zone): members += [("per", .plain("month")), ("zone", .text(zone))]
        }
        for (name, unit) in [("tokens", UsageUnit.tokens), ("requests", .requests), ("requestsAtOnce", .inFlight)] {
            if let most = limits[unit] { members.append((name, .plain("\(most)"))) }
        }
        if let cost = limits[.cost] { members.append(("cost", cost.dollars)) }
        if let softPercent { members.append(("softPercent", .plain("\(softPercent)"))) }
        return members
    }
}
