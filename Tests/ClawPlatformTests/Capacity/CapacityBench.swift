import ClawBase
import ClawCertificates
import ClawCluster
import ClawDocuments
import ClawEnrolment
import ClawHTTPServer
import ClawKubernetes
@testable import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes

/// A control plane with a listener for mutual TLS, on a real socket.
struct CapacityBench: Sendable {
    let platform: TestPlatform
    let authority: CapacityAuthority
    /// `https://127.0.0.1:PORT`
    let address: String
    let time: any TimeSource
    let directory: URL

    /// - Parameter time: the control plane's. What checks certificates goes by the machine's.
    static func run(
        time: any TimeSource = SystemTime(), _ body: @escaping @Sendable (CapacityBench) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "capacity-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await withPlatform(
            time: time,
            capacityDoor: {
                CapacityDoor(url: "https://door.test", authority: try await .open(in: $0.client, time: time))
            }
        ) { platform in
            let authority = try await CapacityAuthority.open(in: platform.cluster.client, time: time)
            // The server's own certificate is of today, whatever time the control plane has.
            let server = try await CapacityAuthority.open(in: platform.cluster.client, time: SystemTime())
                .serverIdentity(hosts: ["127.0.0.1"])
            let door = CapacityDoor(url: "", authority: authority)
            let tls = TLSIdentity(
                certificateChain: server.certificatePEM, key: server.keyPEM, clientAuthorities: authority.membersPEM)
            try await HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), tls: tls, logger: silent)
                .withServer(door.handler(before: platform.controlPlane.handler)) { address in
                    try await body(
                        CapacityBench(
                            platform: platform, authority: authority, address: "https://\(address)", time: time,
                            directory: directory))
                }
        }
    }

    /// Registers capacity, or has another token made for it.
    func invite(
        _ name: String = "edge", endpoint: String = "https://127.0.0.1:8443", mutualTLS: Bool = false
    ) async throws -> String {
        let known = try await platform.cluster.client.find(RemoteCapacity.self, name) != nil
        let made = known
            ? await platform.call(.post, "/api/v1/capacity/\(name)/enrolment")
            : await platform.call(
                .post, "/api/v1/capacity",
                [
                    "name": .string(name), "endpoint": .string(endpoint), "projects": ["demo"],
                    "mutualTLS": .bool(mutualTLS), "heartbeatSeconds": 1, "lostAfterSeconds": 10,
                ])
        guard let token = made.json["enrolmentToken"]?.string else {
            throw Finding(.internalError, "no token: \(made.text)")
        }
        return token
    }

    /// The capacity's own side, which has just got this token.
    func member(_ name: String = "edge", token: String) throws -> CapacityMember {
        let file = directory.appending(path: "\(name)-token").path()
        try PrivateFile.write(Array(token.utf8), to: file)
        let (address, door) = (address, platform.controlPlane.handler)
        return CapacityMember(
            .init(
                name: name, tokenFile: file,
                identityDirectory: directory.appending(path: "\(name)-\(UUID().uuidString)").path()),
            controlPlane: HandlerTransport(door), time: time,
            connect: { configuration in
                var configuration = configuration
                configuration.baseURL = address
                return CurlTransport(configuration)
            })
    }

    func capacity(_ name: String = "edge") async throws -> RemoteCapacity {
        try await platform.cluster.client.get(RemoteCapacity.self, name)
    }

    /// One heartbeat by whoever shows this certificate.
    func beat(
        _ name: String = "edge", as identity: CurlTransport.Identity?, _ body: JSONObject = [:]
    ) async throws -> Answer {
        let tls = CurlTransport.TLS(certificateAuthorities: authority.platformPEM, identity: identity)
        return try await withCurlTransport(.init(baseURL: address, tls: tls)) { curl in
            let response = try await curl.send(
                Request(
                    .post, "/api/v1/capacity/\(name)/heartbeat", headers: [.contentType: "application/json"],
                    body: .bytes(JSON.object(body).bytes())))
            let bytes = try await response.body.collect(limit: 1 << 20)
            return Answer(
                status: response.status, headers: response.headers, text: String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension MemberIdentity {
    var curl: CurlTransport.Identity { .init(certificate: certificate, key: key) }
}
