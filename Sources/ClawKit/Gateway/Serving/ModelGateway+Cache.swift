import ClawBase
import ClawDialects
import ClawDocuments
import ClawLedger
import HTTPTypes

extension ModelGateway {
    /// A request without its wishes about the cache, and the use it makes of it; no use where answers to the key are not
    /// kept: then it stays as it is.
    /// - Parameter isRead: whether rules look at the answer, which has to be kept in a form that they can read then.
    /// - Throws: ``ModelError`` where what is left is no request.
    func cacheUse(
        _ asked: ClientRequest, isRead: Bool, _ headers: HTTPFields, _ grant: ModelGrant
    ) throws(ModelError) -> (ClientRequest, CacheUse?) {
        guard let timeToLive = cacheTime(grant) else { return (asked, nil) }
        let (document, member) = Self.split(asked.document, asked.dialect)
        let kind = asked.dialect.rawValue + (isRead ? ", read" : "")
        let use = cacheUse(timeToLive, kind, document, CacheWish(headers, member), headers, grant)
        guard member != nil else { return (asked, use) }
        return (try ClientRequest(asked.dialect, JSON.object(document).bytes(), limits: limits), use)
    }

    /// The same for a request for embeddings.
    func cacheUse(embeddings bytes: [UInt8], _ headers: HTTPFields, _ grant: ModelGrant) -> CacheUse? {
        guard let timeToLive = cacheTime(grant), let all = try? JSONParser.parse(bytes).object else { return nil }
        let (document, member) = Self.split(all, .openAIChat)
        return cacheUse(timeToLive, "embeddings", document, CacheWish(headers, member), headers, grant)
    }

    private func cacheUse(
        _ timeToLive: Duration, _ kind: String, _ document: JSONObject, _ wish: CacheWish, _ headers: HTTPFields,
        _ grant: ModelGrant
    ) -> CacheUse {
        // Whoever belongs to no tenant shares with nobody.
        let owner = grant.subject.tenant.map { "tenant \($0)" } ?? "key \(grant.id)"
        let key = CacheKey(
            owner: owner, kind: kind, namespace: wish.namespace, document: document, headers: headers)
        return CacheUse(cache: cache, key: key, wish: wish, timeToLive: timeToLive)
    }

    private func cacheTime(_ grant: ModelGrant) -> Duration? {
        (grant.cache ?? cache.settings.timeToLive).flatMap { $0 > .zero ? $0 : nil }
    }

    /// Ollama's dialect has no such member.
    private static func split(
        _ document: JSONObject, _ dialect: ClientDialect
    ) -> (document: JSONObject, member: JSONObject?) {
        guard dialect.family != .ollama, let member = document["cache"]?.object else { return (document, nil) }
        var rest = document
        rest["cache"] = .none
        return (rest, member)
    }
}
