import ClawBase
import ClawDocuments
import HTTPTypes

/// A repository's tags, with what is needed to ask cheaply whether they are still the same.
public struct TagList: Sendable, Hashable {
    struct Page: Sendable, Hashable {
        let url: String
        let etag: String?
        let tags: [String]
        /// The next page.
        let next: String?
    }

    let pages: [Page]

    /// In the registry's order.
    public var tags: [String] { pages.flatMap(\.tags) }
}

extension RegistryClient {
    /// All tags of an image's repository.
    ///
    /// - Parameter known: the last answer. Pages that have not changed since are not sent again (`ETag`,
    ///   `If-None-Match`), where the registry knows how.
    /// - Throws: ``Finding`` with a code `E_REGISTRY…`, `E_IMAGE`, `E_UNREACHABLE` or `E_DEADLINE`; `CancellationError`.
    public func tags(
        of image: ImageReference, _ credentials: RegistryCredentials? = nil, since known: TagList? = nil
    ) async throws -> TagList {
        let address = try RegistryAddress(image)
        return try await time.withDeadline(limits.deadline, "Listing the tags of \(address.repository)") {
            try await self.pages(address, credentials, known)
        }
    }

    private func pages(
        _ address: RegistryAddress, _ credentials: RegistryCredentials?, _ known: TagList?
    ) async throws -> TagList {
        var pages: [TagList.Page] = []
        var count = 0
        var next: String? = "\(address.origin)/v2/\(address.repository)/tags/list?n=1000"
        while let url = next {
            guard pages.count < limits.pages, !pages.contains(where: { $0.url == url }) else {
                throw Finding(.registry, "The registry's list of tags does not end.")
            }
            let page = try await page(url, address, credentials, known?.pages.first { $0.url == url })
            count += page.tags.count
            guard count <= limits.tags else {
                throw Finding(.registry, "The repository has more than \(limits.tags) tags.")
            }
            pages.append(page)
            next = page.next
        }
        return TagList(pages: pages)
    }

    private func page(
        _ url: String, _ address: RegistryAddress, _ credentials: RegistryCredentials?, _ known: TagList.Page?
    ) async throws -> TagList.Page {
        var headers: HTTPFields = [.accept: "application/json"]
        if let etag = known?.etag { headers[.ifNoneMatch] = etag }
        let response = try await send(.get, url, headers, at: address, credentials)
        if response.status.code == 304 {
            guard let known, known.etag != nil else {
                throw Finding(.registry, "The registry says 'not modified' to who has nothing.")
            }
            return known
        }
        let etag = response.headers[.eTag].flatMap { $0.utf8.count <= 1024 ? $0 : nil }
        // Registries without any tag answer null.
        let tags = try await document(response)["tags"]?.array ?? []
        return TagList.Page(
            url: url, etag: etag, tags: tags.compactMap(\.string).filter(ImagePolicy.isTag),
            next: try Self.next(
                response.headers.filter { $0.name.canonicalName == "link" }.map(\.value), from: url, address))
    }

    /// The page that a `Link` header (RFC 8288) calls the next.
    /// - Throws: a finding where it is not at the same registry.
    static func next(_ headers: [String], from url: String, _ address: RegistryAddress) throws(Finding) -> String? {
        for header in headers where header.utf8.count <= 8192 {
            for (target, parameters) in links(header) {
                guard parameters.split(separator: ";").contains(where: { isNext($0) }) else { continue }
                let absolute = target.hasPrefix("/") && !target.hasPrefix("//") ? address.origin + target : target
                guard absolute.hasPrefix("\(address.origin)/v2/"), !absolute.contains("#"),
                    absolute.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
                else { throw Finding(.registry, "The registry's list of tags goes on at another place.") }
                return absolute
            }
        }
        return nil
    }

    private static func isNext(_ parameter: Substring) -> Bool {
        ["rel=next", "rel=\"next\""].contains(String(parameter).trimmingBlanks.lowercased())
    }

    /// `<target>; parameters, <target>; parameters`
    private static func links(_ header: String) -> [(target: String, parameters: String)] {
        var links: [(target: String, parameters: String)] = []
        for part in header.split(separator: "<").dropFirst(header.hasPrefix("<") ? 0 : 1) {
            guard let end = part.firstIndex(of: ">") else { continue }
            var parameters = String(part[part.index(after: end)...]).trimmingBlanks
            if parameters.hasSuffix(",") { parameters.removeLast() }
            links.append((String(part[..<end]).trimmingBlanks, parameters))
        }
        return links
    }
}
