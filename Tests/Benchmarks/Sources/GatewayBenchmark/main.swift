import Foundation

// The model gateway, and the upstream it is measured with; `Peers/gateway.sh` brings both and the load together.

let arguments = CommandLine.arguments.dropFirst()

switch (arguments.first, arguments.count) {
case ("serve", 2), ("serve", 3):
    try await serve(upstream: arguments[2], transport: arguments.count == 3 ? arguments[3] : "curl")
case ("alone", 1), ("alone", 2): try await alone(arguments.count == 2 ? Int(arguments[2]) ?? 50_000 : 50_000)
case ("upstream", 1): try await serveUpstream()
default:
    FileHandle.standardError.write(
        Data("usage: gateway-benchmark serve UPSTREAM_URL [curl | nio | curl-shared | nio-shared | bare | pass] | alone [COUNT] | upstream\n".utf8))
    exit(1)
}
