import ClawBase
package import Yams

extension ConfigurationReader {
    /// The sections of a configuration file: this layer's own, and those that the model gateway reads.
    package static let sections = [
        "models", "keys", "limits", "guardrails", "gateway", "templates", "server", "routing",
    ]

    mutating func configuration(_ yaml: String) -> ClawConfiguration {
        var configuration = ClawConfiguration()
        guard let root = root(yaml), let members = members(root, at: "", known: Self.sections)
        else { return configuration }
        if let nodes = list(members, "templates"), !nodes.isEmpty { configuration.templates = templates(nodes) }
        if let node = members["server"] { configuration.server = server(node) }
        if let node = members["routing"] { configuration.routing = routing(node) }
        return configuration
    }

    package func list(isEmpty node: Node?) -> Bool { node?.sequence?.isEmpty ?? false }

    package mutating func noteName(_ name: String, _ members: Members, _ lines: inout [String: Int]) {
        if let line = lines[name] {
            fail(members["name"], "The name '\(name)' is taken by line \(line); choose another.")
        } else {
            lines[name] = members["name"]?.mark?.line ?? 0
        }
    }

    // MARK: templates and server

    private mutating func templates(_ nodes: [Node]) -> [ClawConfiguration.Template] {
        var lines: [String: Int] = [:]
        var templates: [ClawConfiguration.Template] = []
        for (index, node) in nodes.enumerated() {
            let place = "templates[\(index)]"
            guard let members = members(node, at: place, known: ["name", "command", "port"]) else { continue }
            let name = requiredText(members, "name")
            if let name {
                if !isLabel(name) {
                    fail(
                        members["name"],
                        "\(place).name must be up to 63 lower-case letters, digits and '-', the first and last no '-'."
                    )
                }
                noteName(name, members, &lines)
            }
            let command = command(members)
            let port = integer(members, "port", in: 1...65535) ?? ClawConfiguration.Template.standardPort
            if let name, let command {
                templates.append(ClawConfiguration.Template(name: name, command: command, port: port))
            }
        }
        return templates
    }

    private mutating func command(_ members: Members) -> [String]? {
        guard let nodes = list(members, "command"), !nodes.isEmpty else {
            if members.lacks("command") || list(isEmpty: members["command"]) {
                fail(members.node, "\(members.place(of: "command")) is missing; name the program to run.")
            }
            return nil
        }
        let words = nodes.enumerated().compactMap { text($1, at: "\(members.place(of: "command"))[\($0)]") }
        return words.count == nodes.count ? words : nil
    }

    private mutating func server(_ node: Node) -> ClawConfiguration.Server {
        var server = ClawConfiguration.Server()
        let known = [
            "publicURL", "capacityURL", "domain", "sessionHours", "oidc", "cluster", "region", "contentImage", "driver",
        ]
        guard let members = members(node, at: "server", known: known) else { return server }
        server.contentImage = text(members, "contentImage")
        (server.cluster, server.region) = (text(members, "cluster"), text(members, "region"))
        if let driver = text(members, "driver") {
            if let known = ClawConfiguration.Server.driver(named: driver) {
                server.driver = known
            } else {
                fail(members["driver"], "server.driver must be Pod or Sandbox.")
            }
        }
        server.publicURL = address(members, "publicURL", ["https://", "http://"])
        server.capacityURL = address(members, "capacityURL", ["https://"])
        if let domain = text(members, "domain") {
            if domain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ isLabel(String($0)) }) {
                server.domain = domain
            } else {
                fail(members["domain"], "server.domain must be a DNS name such as claw.example.org.")
            }
        }
        if let hours = integer(members, "sessionHours", in: 1...8760) { server.sessionHours = hours }
        if let nodes = list(members, "oidc") { server.providers = signInProviders(nodes) }
        return server
    }

    private mutating func address(_ members: Members, _ name: String, _ schemes: [String]) -> String? {
        guard let url = text(members, name) else { return nil }
        let rest = schemes.first { url.hasPrefix($0) }.map { url.dropFirst($0.count) }
        let parts = (rest ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isHost = parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel(String($0)) }
        let isPort = parts.count == 1 || Int(parts[1]).map { (1...65535).contains($0) } == true
        if isHost, isPort { return url }
        fail(members[name], "server.\(name) must be scheme, host and port, such as https://claw.example.org.")
        return nil
    }

    /// RFC 1123 label, as Kubernetes checks names.
    private func isLabel(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return (1...63).contains(bytes.count) && bytes.first != UInt8(ascii: "-") && bytes.last != UInt8(ascii: "-")
            && bytes.allSatisfy { $0.isLowercaseOrDigit || $0 == UInt8(ascii: "-") }
    }
}
