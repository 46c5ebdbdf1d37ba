import HTTPTypes
import Testing

@testable import ClawBase

@Suite("A request worked out for libcurl")
struct RequestPlanTests {
    private func plan(
        _ request: Request, _ configuration: CurlTransport.Configuration = .init()
    ) throws -> RequestPlan {
        try RequestPlan(request, configuration)
    }

    @Test("a bare path goes to the base URL, its prefix kept")
    func base() throws {
        let plan = try plan(Request(.get, "/api?x=1"), .init(baseURL: "https://example.org:6443/k8s/"))
        #expect(plan.url == "https://example.org:6443/k8s/api?x=1")
        #expect(plan.peer == "example.org:6443")
    }

    @Test("default headers go to the base URL only, and give way to the request's own")
    func defaults() throws {
        var configuration = CurlTransport.Configuration(baseURL: "http://one")
        configuration.defaultHeaders = [.authorization: "Bearer secret", .accept: "text/plain"]
        let own = try plan(Request(.get, "/", headers: [.accept: "application/json"]), configuration)
        #expect(own.headerLines.contains("Authorization: Bearer secret"))
        #expect(own.headerLines.contains("Accept: application/json"))
        #expect(!own.headerLines.contains("Accept: text/plain"))
        let other = try plan(Request(.get, "http://two/"), configuration)
        #expect(!other.headerLines.contains { $0.hasPrefix("Authorization") })
    }

    @Test("a server name other than the host is verified while the host is connected to")
    func serverName() throws {
        let tls = CurlTransport.TLS(serverName: "kubernetes")
        let plan = try plan(Request(.get, "/x"), .init(baseURL: "https://10.0.0.1:6443", tls: tls))
        #expect(plan.url == "https://kubernetes:6443/x")
        #expect(plan.connectTo == "kubernetes:6443:10.0.0.1:6443")
        #expect(plan.headerLines.contains("Host: 10.0.0.1:6443"))
    }

    @Test("lengths and framing are libcurl's business")
    func framing() throws {
        let plan = try plan(
            Request(
                .post, "http://h/", headers: [.contentLength: "9", .transferEncoding: "chunked"], body: .string("x")))
        #expect(!plan.headerLines.contains { $0.hasPrefix("Content-Length") || $0.hasPrefix("Transfer-Encoding") })
        #expect(plan.headerLines.contains("Expect:"))
    }

    @Test(
        "what cannot be a place is refused",
        arguments: ["ftp://h/", "http:///x", "http://h:0/", "http://h:99999/", "/x"])
    func refused(target: String) {
        #expect { try plan(Request(.get, target)) } throws: { ($0 as? TransportError)?.code == .invalidRequest }
    }

    @Test(
        "host and port of a URL",
        arguments: [
            ("http://a", "a", 80), ("https://a/b", "a", 443), ("http://[::1]:8080/x", "[::1]", 8080),
            ("https://[::1]/", "[::1]", 443), ("http://user:pass@a:81?q", "a", 81),
        ])
    func location(url: String, host: String, port: Int) throws {
        let location = try #require(Location(url))
        #expect(location.host == host)
        #expect(location.port == port)
    }
}
