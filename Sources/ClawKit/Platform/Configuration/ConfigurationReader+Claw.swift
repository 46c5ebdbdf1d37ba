import ClawBase
import Yams

extension ConfigurationReader {
    mutating func configuration(_ yaml: String) -> ClawConfiguration {
        var configuration = ClawConfiguration()
        guard let root = root(yaml), let members = members(root, at: "", known: ["models", "templates", "server"])
        else { return configuration }
        if let nodes = list(members, "models"), !nodes.isEmpty { configuration.models = models(nodes) }
        if let nodes = list(members, "templates"), !nodes.isEmpty { configuration.templates = templates(nodes) }
        if let node = members["server"] { configuration.server = server(node) }
        return configuration
    }

    // MARK: models

    private mutating func models(_ nodes: [Node]) -> [ModelDeclaration] {
        var lines: [String: Int] = [:]
        var models: [ModelDeclaration] = []
        for (index, node) in nodes.enumerated() {
            let place = "models[\(index)]"
            guard let members = members(node, at: place, known: ["name", "upstreams"]) else { continue }
            let name = alias(members)
            if let name { noteName(name, members, &lines) }
            guard let nodes = list(members, "upstreams"), !nodes.isEmpty else {
                if members.lacks("upstreams") || list(isEmpty: members["upstreams"]) {
                    fail(node, "\(place).upstreams is missing; name at least one upstream.")
                }
                continue
            }
            let upstreams = nodes.enumerated().compactMap { upstream($1, at: "\(place).upstreams[\($0)]") }
            if upstreams.count == nodes.count, upstreams.allSatisfy({ $0.weight == 0 }) {
                fail(members["upstreams"], "\(place).upstreams all have weight 0; give one of them more.")
            }
            if let name { models.append(ModelDeclaration(name: name, upstreams: upstreams)) }
        }
        return models
    }

    private func list(isEmpty node: Node?) -> Bool { node?.sequence?.isEmpty ?? false }

    private mutating func alias(_ members: Members) -> String? {
        guard let name = requiredText(members, "name") else { return nil }
        let isPlain = name.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0.properties.generalCategory != .control
        }
        guard isPlain, name.utf8.count <= 128 else {
            fail(members["name"], "\(members.place(of: "name")) must have no blanks and at most 128 bytes.")
            return nil
        }
        return name
    }

    private mutating func noteName(_ name: String, _ members: Members, _ lines: inout [String: Int]) {
        if let line = lines[name] {
            fail(members["name"], "The name '\(name)' is taken by line \(line); choose another.")
        } else {
            lines[name] = members["name"]?.mark?.line ?? 0
        }
    }

    private mutating func upstream(_ node: Node, at place: String) -> UpstreamDeclaration? {
        let known = ["dialect", "baseURL", "model", "key", "weight"]
        guard let members = members(node, at: place, known: known), let dialect = dialect(members) else { return nil }
        var upstream = UpstreamDeclaration(dialect: dialect)
        upstream.model = text(members, "model")
        upstream.weight = integer(members, "weight", in: 0...1_000_000) ?? 1
        if dialect.isBuiltIn {
            for name in ["baseURL", "key"] where members[name] != nil {
                fail(
                    members[name],
                    "\(members.place(of: name)) means nothing for the built-in dialect \(dialect); remove it.")
            }
        } else {
            upstream.baseURL = requiredText(members, "baseURL").flatMap { url($0, members) }
            upstream.key = members["key"].flatMap { key($0, at: members.place(of: "key")) }
        }
        return upstream
    }

    private mutating func dialect(_ members: Members) -> ModelDialect? {
        guard let name = requiredText(members, "dialect") else { return nil }
        let dialect = ModelDialect(rawValue: name)
        if ModelDialect.known.contains(dialect) { return dialect }
        let known = ModelDialect.known.map(\.rawValue)
        let hint = NearestName.nearest(to: name, in: known).map { "did you mean '\($0)'?" }
        fail(
            members["dialect"],
            "The dialect '\(name)' is not known; \(hint ?? "known are \(known.joined(separator: ", ")).")")
        return nil
    }

    private mutating func url(_ text: String, _ members: Members) -> String? {
        if let problem = UpstreamURL.problem(with: text) {
            fail(members["baseURL"], "\(members.place(of: "baseURL")) \(problem)")
            return nil
        }
        return text
    }

    private mutating func key(_ node: Node, at place: String) -> SecretLocation? {
        let ways = "{env: NAME}, {file: PATH} or {secret: namespace/name/key}"
        guard case .mapping = node else {
            fail(node, "\(place) stands here in clear; keep it elsewhere and write \(ways).")
            return nil
        }
        guard let members = members(node, at: place, known: ["env", "file", "secret"]) else { return nil }
        let named = ["env", "file", "secret"].filter { members[$0] != nil }
        guard named.count == 1, let kind = named.first, let value = text(members, kind) else {
            if named.count != 1 { fail(node, "\(place) must have exactly one of \(ways).") }
            return nil
        }
        switch kind {
        case "env":
            let isName = value.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
            if isName, value.first?.isNumber == false { return .environment(value) }
            fail(members["env"], "\(place).env must be the name of an environment variable, not a key.")
        case "file": return .file(value)
        default:
            if let reference = SecretLocation(clusterPath: value) { return reference }
            fail(members["secret"], "\(place).secret must have the form namespace/name/key.")
        }
        return nil
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
        guard let members = members(node, at: "server", known: ["domain", "sessionHours"]) else { return server }
        if let domain = text(members, "domain") {
            if domain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ isLabel(String($0)) }) {
                server.domain = domain
            } else {
                fail(members["domain"], "server.domain must be a DNS name such as claw.example.org.")
            }
        }
        if let hours = integer(members, "sessionHours", in: 1...8760) { server.sessionHours = hours }
        return server
    }

    /// RFC 1123 label, as Kubernetes checks names.
    private func isLabel(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return (1...63).contains(bytes.count) && bytes.first != UInt8(ascii: "-") && bytes.last != UInt8(ascii: "-")
            && bytes.allSatisfy { $0.isLowercaseOrDigit || $0 == UInt8(ascii: "-") }
    }
}

extension UInt8 {
    fileprivate var isLowercaseOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
    fileprivate var isLetterOrDigit: Bool {
        isLowercaseOrDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }
}
