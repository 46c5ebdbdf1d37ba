#if canImport(Glibc)
import ClawBase
import ClawNIOTransport
import HTTPTypes
import Testing

@Suite("Connections that do not come about", .timeLimit(.minutes(2)))
struct ConnectTests {
    /// Every other limit is ten minutes.
    @Test("a request's own limit counts in place of the transport's")
    func limit() async throws {
        let place = try #require(FullListener())
        var request = Request(.get, "http://127.0.0.1:\(place.port)/", headTimeout: .seconds(600))
        request.connectTimeout = .milliseconds(200)
        let curl = CurlTransport(.init(connectTimeout: .seconds(600)))
        var configuration = NIOTransport.Configuration()
        configuration.connectTimeout = .seconds(600)
        let nio = try NIOTransport(configuration)
        let transports: [any Transport] = [curl, nio]
        for transport in transports {
            let error = await #expect(throws: TransportError.self) { _ = try await transport.send(request) }
            #expect(error?.code == .timeout, "\(transport): \(String(describing: error))")
        }
        await curl.shutdown()
        await nio.shutdown()
        withExtendedLifetime(place) {}
    }
}
#endif
