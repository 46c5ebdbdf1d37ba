import Foundation

// The model gateway, and the upstream it is measured with; `Peers/gateway.sh` brings both and the load together.

let arguments = CommandLine.arguments.dropFirst()

switch (arguments.first, arguments.count) {
case ("serve", 2), ("serve", 3):
    try await serve(upstream: arguments[2], transport: arguments.count == 3 ? arguments[3] : "curl")
case ("alone", 1), ("alone", 2): try await alone(arguments.count == 2 ? Int(arguments[2]) ?? 50_000 : 50_000)
case ("upstream", 1): try await serveUpstream(isIdle: false)
case ("upstream", 2) where arguments[2] == "idle": try await serveUpstream(isIdle: true)
case ("hold", 3): try await hold(Int(arguments[3]) ?? 10_000, at: arguments[2])
default:
    let usage = """
        usage: gateway-benchmark serve UPSTREAM_URL [curl | nio | curl-shared | nio-shared | bare | pass]
               gateway-benchmark alone [COUNT] | upstream [idle] | hold URL COUNT

        """
    FileHandle.standardError.write(Data(usage.utf8))
    exit(1)
}
