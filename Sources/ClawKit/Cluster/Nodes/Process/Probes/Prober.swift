import ClawBase
import ClawKubernetes
import ClawModels
import HTTPTypes

/// Carries out one attempt of a probe.
struct Prober: Sendable {
    let transport: any Transport
    let time: any TimeSource

    /// What an attempt needs to know of its container.
    struct Target: Sendable {
        var container: Container
        /// Port key → port.
        var ports: [String: Int]
        /// What the container's process was started with; commands of probes run in it.
        var process: ProcessSpec

        func port(_ port: IntOrString) -> Int? {
            let declared = container.ports.first { each in
                switch port {
                case .int(let number): each.containerPort == number
                case .string(let name): each.name == name
                }
            }
            if let declared { return ports[PodEndpoint.key(of: declared)] ?? declared.containerPort }
            if case .int(let number) = port { return number }
            return nil
        }
    }

    /// nil for success, else what went wrong, in the kubelet's words.
    func failure(of probe: Probe, _ target: Target) async -> String? {
        let timeout = ProbeSettings(probe).timeout
        if let action = probe.httpGet { return await httpFailure(action, target, timeout) }
        if let action = probe.tcpSocket { return await tcpFailure(action, target, timeout) }
        if let action = probe.exec { return await commandFailure(action.command, target, timeout) }
        return "process nodes probe by httpGet, tcpSocket and exec only"
    }

    // MARK: HTTP

    private func httpFailure(_ action: HTTPGetAction, _ target: Target, _ timeout: Duration) async -> String? {
        guard let port = target.port(action.port) else { return "no port named \(action.port) is declared" }
        let host = action.host.flatMap { $0.isEmpty ? nil : $0 } ?? PodMachine.address
        let scheme = (action.scheme ?? "HTTP").lowercased()
        let path = action.path ?? "/"
        var request = Request(
            .get, "\(scheme)://\(host):\(port)\(path.hasPrefix("/") ? path : "/" + path)", headTimeout: timeout,
            idleTimeout: timeout)
        request.headers[.userAgent] = "kube-probe/1.36"
        request.headers[.accept] = "*/*"
        for header in action.httpHeaders {
            guard let name = HTTPField.Name(header.name) else { continue }
            request.headers[name] = header.value
        }
        let ready = request
        do {
            let response = try await time.withDeadline(timeout, "the probe") { try await transport.send(ready) }
            if (200..<400).contains(response.status.code) { return nil }
            return "HTTP probe failed with statuscode: \(response.status.code)"
        } catch {
            return "Get \"\(scheme)://\(host):\(port)\(path)\": \(Self.words(for: error))"
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as TransportError: error.message
        case is Finding: "context deadline exceeded"
        default: "\(error)"
        }
    }

    // MARK: TCP

    private func tcpFailure(_ action: TCPSocketAction, _ target: Target, _ timeout: Duration) async -> String? {
        guard let port = target.port(action.port) else { return "no port named \(action.port) is declared" }
        let host = action.host.flatMap { $0.isEmpty ? nil : $0 } ?? PodMachine.address
        guard host == PodMachine.address || host == "localhost" else {
            return "process nodes open tcpSocket probes to 127.0.0.1 only"
        }
        do {
            try await time.withDeadline(timeout, "the probe") { try await LoopbackSocket.connect(port).close() }
            return nil
        } catch {
            return Self.words(for: error)
        }
    }

    // MARK: command

    private func commandFailure(_ command: [String], _ target: Target, _ timeout: Duration) async -> String? {
        guard let program = command.first else { return "the probe names no command" }
        var spec = target.process
        let rest = Array(command.dropFirst())
        if program.contains("/") {
            spec.executable = program.hasPrefix("/") ? program : "\(spec.workingDirectory)/\(program)"
            spec.arguments = command
        } else {
            // The search is left to env(1), which knows the container's PATH.
            spec.executable = "/usr/bin/env"
            spec.arguments = ["env", program] + rest
        }
        return await CommandProbe(time: time).failure(spec, timeout)
    }
}
