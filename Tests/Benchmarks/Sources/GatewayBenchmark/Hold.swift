import ClawBase
import ClawNIOTransport
import Foundation

/// Opens so many streams, reads the first word of each, and holds them until it is ended. Says how many there are.
func hold(_ count: Int, at url: String) async throws {
    var configuration = NIOTransport.Configuration()
    configuration.connections = count
    let transport = try NIOTransport(configuration)
    let body = #"{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"hi"}]}"#
    let readers = try await withThrowingTaskGroup(of: BodyReader.self) { tasks in
        var readers: [BodyReader] = []
        for number in 0..<count {
            if number >= 100, let reader = try await tasks.next() { readers.append(reader) }
            tasks.addTask {
                let response = try await transport.send(
                    Request(
                        .post, url, headers: [.contentType: "application/json", .authorization: "Bearer \(benchmarkKey)"],
                        body: .string(body), idleTimeout: nil))
                let reader = BodyReader(response.body)
                guard response.status == .ok, try await reader.next() != nil else {
                    throw Finding(.internalError, "A stream was answered with \(response.status).")
                }
                return reader
            }
        }
        for try await reader in tasks { readers.append(reader) }
        return readers
    }
    print("\(readers.count) streams")
    fflush(nil)
    try await SystemTime().sleep(for: .seconds(3600))
    withExtendedLifetime(readers) {}
}
