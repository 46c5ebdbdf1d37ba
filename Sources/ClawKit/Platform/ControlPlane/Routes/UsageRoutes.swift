import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawLedger
import ClawResources
import HTTPTypes

/// What was used, and what may be: for administrators everything; for others what is theirs or their projects'.
struct UsageRoutes: RouteGroup {
    let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        let whom = "?tenant= &project= &user= &runtime= &key= &model= &meter= &from= &until="
        return [
            APIRoute(
                .get, "/api/v1/usage",
                "Sum up what was used, by ?by= one of \(UsageDimension.words); of \(whom)", tag: "usage",
                answer: "UsageSums", sums),
            APIRoute(
                .get, "/api/v1/usage/rows",
                "List rows of the ledger, newest first; of \(whom); at most ?limit= (100), those before ?before=",
                tag: "usage", answer: "UsageRowList", rows),
            APIRoute(
                .get, "/api/v1/usage/export",
                "Export rows, oldest first, as ?format=csv or jsonl, or the sums ?by= as openmetrics; of \(whom)",
                tag: "usage", export),
            APIRoute(
                .get, "/api/v1/limits", "List limits with what is spent of them, of ?holder= such as project/demo",
                tag: "usage", answer: "LimitList", limits),
            APIRoute(
                .put, "/api/v1/limits", "Declare a limit, or change it; it holds at once", tag: "usage",
                access: .administrator, audit: "limit.set", body: "LimitDeclaration", answer: "Limit", set),
            APIRoute(
                .delete, "/api/v1/limits", "Take a limit away: ?id= such as project/demo%23month", tag: "usage",
                access: .administrator, audit: "limit.delete", status: .noContent, delete),
        ]
    }

    // MARK: what was used

    private func sums(_ call: Call) async throws -> Response {
        let query = try await query(call)
        let dimension = try dimension(call)
        var answer = JSONObject()
        answer["totals"] = .object(try await services.store.total(query).object)
        if let dimension {
            answer["groups"] = .array(
                try await services.store.totals(query, by: dimension).map { group in
                    var object = group.totals.object
                    object["value"] = group.value.map(JSON.string) ?? .null
                    return .object(object)
                })
        }
        return .json(.object(answer))
    }

    private func dimension(_ call: Call) throws(Finding) -> UsageDimension? {
        guard let word = call.request.query["by"] else { return nil }
        guard let known = UsageDimension(rawValue: word == "model" ? "item" : word) else {
            throw Finding(.badRequest, "'by' is one of \(UsageDimension.words).", field: "by")
        }
        return known
    }

    private func export(_ call: Call) async throws -> Response {
        let query = try await query(call)
        let word = call.request.query["format"] ?? UsageExport.Format.csv.rawValue
        guard let format = UsageExport.Format(rawValue: word) else {
            let known = UsageExport.Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw Finding(.badRequest, "'format' is one of \(known).", field: "format")
        }
        let export = UsageExport(store: services.store)
        let body =
            format == .openmetrics
            ? try await export.metrics(query, by: try dimension(call) ?? .project) : export.rows(query, as: format)
        return Response(status: .ok, headers: [.contentType: format.contentType], body: body)
    }

    private func rows(_ call: Call) async throws -> Response {
        var query = try await query(call)
        query.isDescending = true
        query.limit = try call.number("limit", or: 100, in: 1...1000)
        if let before = call.request.query["before"] {
            let parts = before.split(separator: ",", maxSplits: 1).map(String.init)
            guard parts.count == 2, let at = Timestamp(rfc3339: parts[0]) else {
                throw Finding(.badRequest, "'before' is a page's 'next'.", field: "before")
            }
            query.after = UsageQuery.Cursor(at: at, id: parts[1])
        }
        let found = try await services.store.usage(query)
        var answer: JSONObject = ["items": .array(found.map { .object($0.object) })]
        if found.count == query.limit, let last = found.last {
            answer["next"] = .string("\(last.at.rfc3339(fractionDigits: 6)),\(last.id)")
        }
        return .json(.object(answer))
    }

    private func query(_ call: Call) async throws -> UsageQuery {
        let words = call.request.query
        func time(_ name: String) throws(Finding) -> Timestamp? {
            guard let text = words[name] else { return nil }
            guard let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: "\(text)T00:00:00Z") else {
                throw Finding(.badRequest, "'\(name)' is a time such as 2026-05-06T07:00:00Z, or a day.", field: name)
            }
            return time
        }
        let subject = UsageSubject(
            tenant: words["tenant"], project: words["project"], user: words["user"], runtime: words["runtime"],
            key: words["key"])
        try await check(subject.user, subject.project, call)
        var (from, whose) = (try time("from"), subject)
        let caller = try call.caller
        if !caller.isAdministrator, subject.user != caller.user, let name = subject.project,
            let project = services.caches.cache(Project.self).get(name)
        {
            // Before that the name may have been another tenant's project's.
            whose.tenant = project.tenant
            from = [from, project.beganAt].compactMap { $0 }.max()
        }
        return UsageQuery(
            whose, from: from, until: try time("until"),
            meter: words["meter"].map { UsageMeter(rawValue: $0) }, item: words["model"])
    }

    /// - Throws: ``Finding`` (`E_FORBIDDEN`) where it concerns others.
    private func check(_ user: String?, _ project: String?, _ call: Call) async throws {
        let caller = try call.caller
        if caller.isAdministrator || user == caller.user { return }
        if let project, try await services.role(of: caller, in: project) != nil { return }
        throw Finding(
            .forbidden, "That is not yours alone; ask with ?user=\(caller.user), or for one of your projects.")
    }

    // MARK: what may be

    private func limits(_ call: Call) async throws -> Response {
        var found: [UsageLimit] = []
        if let text = call.request.query["holder"] {
            guard let holder = UsageHolder(text) else {
                throw Finding(.badRequest, "'holder' is such as project/demo or user/ada.", field: "holder")
            }
            let project = holder.level == .runtime ? holder.name.split(separator: "/").first.map(String.init) : holder.name
            try await check(
                holder.level == .user ? holder.name : nil,
                [.project, .runtime].contains(holder.level) ? project : nil, call)
            found = try await services.store.limits(of: holder).map(\.record)
        } else {
            try await check(nil, nil, call)
            var after: String?
            repeat {
                let page = try await services.store.list(UsageLimit.self, after: after)
                found += page.map(\.record)
                after = page.count == 1000 ? page.last?.record.key : nil
            } while after != nil
        }
        var items: [JSON] = []
        for limit in found { items.append(try await shown(limit)) }
        return .json(.items(items))
    }

    private func set(_ call: Call) async throws -> Response {
        let fields = try await call.fields(LimitFields.known.union(["holder", "name"]))
        guard let holder = UsageHolder(try fields.string("holder")) else {
            throw Finding(.badRequest, "'holder' is such as project/demo or user/ada.", field: "holder")
        }
        let limit = try LimitFields.limit(fields, UsageLimitID(of: holder, try fields.string("name")))
        try await services.store.setLimit(limit)
        await services.audit(call, "limit.set", "limit/\(limit.key)", details: ["limit": limit.json.description])
        return .json(try await shown(limit))
    }

    private func delete(_ call: Call) async throws -> Response {
        guard let id = call.request.query["id"].flatMap({ UsageLimitID(key: $0) }) else {
            throw Finding(.badRequest, "Name the limit: ?id= such as project/demo%23month.", field: "id")
        }
        try await services.store.delete(UsageLimit.self, id.key)
        await services.audit(call, "limit.delete", "limit/\(id.key)")
        return .noContent
    }

    private func shown(_ limit: UsageLimit) async throws -> JSON {
        let period = try limit.window.period(at: services.time.now)
        let account = UsageAccountID(limit.id, period)
        let sums = try await services.store.get(AccountSums.self, account.key)?.record.sums ?? ShareSums()
        return limit.representation(period, sums)
    }
}

extension UsageDimension {
    fileprivate static let words = (["model"] + allCases.filter { $0 != .item }.map(\.rawValue)).joined(separator: ", ")
}

extension Call {
    func number(_ name: String, or standard: Int, in range: ClosedRange<Int>) throws(Finding) -> Int {
        guard let text = request.query[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Finding(
                .badRequest, "'\(name)' is a number from \(range.lowerBound) to \(range.upperBound).", field: name)
        }
        return number
    }
}

extension Project {
    /// Since when it is this one that has the name.
    var beganAt: Timestamp? { metadata.creationTimestamp.flatMap { Timestamp(rfc3339: $0) } }
}
