import ClawBase
import HTTPTypes

/// The pages of a list, each asked for when it is wanted.
///
/// All pages show one moment, that of the first page's `resourceVersion`. When the server gives that moment up
/// between two pages (410), it goes on from the next key in the newest state, as the server offers: nothing comes
/// twice, objects created meanwhile may be missing, and the `resourceVersion` is a newer one.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks>
public struct Pages<R: Resource>: AsyncSequence, Sendable {
    public typealias Element = ResourceList<R>

    let api: any KubernetesAPI
    let kind: ResourceType
    let namespace: String?
    let selection: Selection
    let version: ListVersion
    let pageSize: Int?
    let goesOnWhenExpired: Bool

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private enum State {
            case first
            case rest(token: String)
            case done
        }

        private let pages: Pages
        private var state = State.first

        init(pages: Pages) { self.pages = pages }

        public mutating func next() async throws -> ResourceList<R>? {
            let list: ResourceList<R>
            switch state {
            case .done: return nil
            case .first: list = try await page(token: nil)
            case .rest(let token):
                do {
                    list = try await page(token: token)
                } catch let error as KubernetesError where error.isExpired && pages.goesOnWhenExpired {
                    guard let token = error.continueToken else { throw error }
                    list = try await page(token: token)
                }
            }
            state = list.continueToken.map { .rest(token: $0) } ?? .done
            return list
        }

        private func page(token: String?) async throws -> ResourceList<R> {
            var request = try APIRequest.collection(.get, pages.kind, in: pages.namespace)
            try pages.selection.add(to: &request.query)
            if let size = pages.pageSize { request.query["limit"] = String(size) }
            if let token {
                // The token holds the version; to name one beside it is an error.
                request.query["continue"] = token
            } else {
                pages.version.add(to: &request.query)
            }
            request.accept = R.representation.accept(list: true)
            request.expectation = R.schemaName.map { .list(of: $0) }
            return ResourceList(document: try await pages.api.document(for: request), of: pages.kind)
        }
    }
}

/// The objects of a list one by one, page by page: ``Pages``.
public struct Items<R: Resource>: AsyncSequence, Sendable {
    public typealias Element = R

    let pages: Pages<R>

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages: pages.makeAsyncIterator()) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        var pages: Pages<R>.AsyncIterator
        var page: ArraySlice<R> = []

        public mutating func next() async throws -> R? {
            while page.isEmpty {
                guard let list = try await pages.next() else { return nil }
                page = list.items[...]
            }
            return page.removeFirst()
        }
    }
}

extension KubernetesAPI {
    /// The pages of a list: `for try await page in client.pages(Pod.self)`.
    public func pages<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, in namespace: String? = nil, labels: [String: String] = [:],
        matching selection: Selection? = nil, at version: ListVersion = .latest, pageSize: Int = 500
    ) -> Pages<R> {
        Pages(
            api: self, kind: kind, namespace: namespace, selection: selection ?? Selection(labels: labels),
            version: version, pageSize: pageSize, goesOnWhenExpired: true)
    }

    /// The objects of a list, however many, with one page of them in memory: `for try await pod in client.items(Pod.self)`.
    public func items<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, in namespace: String? = nil, labels: [String: String] = [:],
        matching selection: Selection? = nil, at version: ListVersion = .latest, pageSize: Int = 500
    ) -> Items<R> {
        Items(
            pages: pages(
                type, of: kind, in: namespace, labels: labels, matching: selection, at: version, pageSize: pageSize))
    }
}

extension JSONObject {
    /// What a server may leave out, and what it must be told.
    mutating func fillInKind(_ type: ResourceType) {
        if self[.apiVersion] == nil { set(.apiVersion, type.apiVersion) }
        if self[.kind] == nil { set(.kind, type.kind) }
    }
}
