package import ClawBase
package import Yams

/// Reads YAML nodes into values and notes what is wrong, with lines, instead of stopping at the first mistake.
///
/// Values never enter a message, only names and places do: somebody may have written a key where none belongs.
///
/// Each layer reads its own sections of a file with it.
package struct ConfigurationReader {
    package let file: String
    package private(set) var findings: [Finding] = []

    package init(file: String) { self.file = file }

    /// The members of a mapping that has been checked for unknown names.
    package struct Members {
        package let node: Node
        package let place: String
        fileprivate let values: [String: Node]
        /// Members that an unknown key was probably meant to be: they need not be named as missing, too.
        fileprivate let misspelt: Set<String>

        /// A member's value; nil where it is absent or null.
        package subscript(_ name: String) -> Node? {
            guard let value = values[name], !value.isNull else { return nil }
            return value
        }

        /// The members that are there, in no order.
        package var names: [String] { values.keys.filter { self[$0] != nil } }

        /// Whether a member has no value and nothing that looks like it.
        package func lacks(_ name: String) -> Bool { self[name] == nil && !misspelt.contains(name) }

        package func place(of name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
    }

    package mutating func fail(_ node: Node?, _ message: String) { fail(line: node?.mark?.line, message) }

    package mutating func fail(line: Int?, column: Int? = nil, _ message: String) {
        let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
        findings.append(Finding(.badConfig, message, field: file + place))
    }

    /// A node's place, as findings name it.
    package func place(of node: Node) -> String { file + (node.mark.map { ":\($0.line)" } ?? "") }

    /// The root node of the text; nil where it is empty or no YAML.
    package mutating func root(_ yaml: String) -> Node? {
        do {
            let node = try Yams.compose(yaml: yaml)
            return node.flatMap { $0.isNull ? nil : $0 }
        } catch let error as YamlError {
            malformed(error)
        } catch {
            fail(line: nil, "The file is not YAML.")
        }
        return nil
    }

    /// The library's own description quotes the text, which may hold a secret; only its diagnosis is used.
    private mutating func malformed(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let why = [context?.text, problem].compactMap { $0?.isEmpty == false ? $0 : nil }.joined(separator: ": ")
            fail(line: mark.line, column: mark.column, "The file is not valid YAML here: \(why).")
        case .reader(let problem, let offset, _, _):
            fail(line: nil, "The file is not valid YAML\(offset.map { " at byte \($0)" } ?? ""): \(problem).")
        case .duplicatedKeysInMapping(let duplicates, let context):
            fail(
                line: context.mark.line, "\(duplicates.joined(separator: ", ")) stands twice in the mapping; keep one.")
        default: fail(line: nil, "The file is not valid YAML.")
        }
    }

    package mutating func members(_ node: Node, at place: String, known: [String]) -> Members? {
        guard case .mapping(let mapping) = node else {
            fail(node, "\(place.isEmpty ? "The file" : place) must be a mapping with \(known.joined(separator: ", ")).")
            return nil
        }
        var values: [String: Node] = [:]
        var misspelt: Set<String> = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string, known.contains(name) else {
                let name = key.scalar?.string ?? "a key that is no text"
                let nearest = NearestName.nearest(to: name, in: known)
                if let nearest { misspelt.insert(nearest) }
                let hint = nearest.map { "did you mean '\($0)'?" }
                fail(
                    key,
                    "Unknown key '\(name)'\(place.isEmpty ? "" : " in \(place)"); "
                        + (hint ?? "known are \(known.joined(separator: ", "))."))
                continue
            }
            values[name] = value
        }
        return Members(node: node, place: place, values: values, misspelt: misspelt)
    }

    package mutating func list(_ members: Members, _ name: String) -> [Node]? {
        guard let node = members[name] else { return nil }
        guard case .sequence(let sequence) = node else {
            fail(node, "\(members.place(of: name)) must be a list.")
            return nil
        }
        return Array(sequence)
    }

    /// A text that is there: an absent one is noted.
    package mutating func requiredText(_ members: Members, _ name: String) -> String? {
        if members.lacks(name) { fail(members.node, "\(members.place(of: name)) is missing; add it.") }
        return text(members, name)
    }

    package mutating func text(_ members: Members, _ name: String) -> String? {
        members[name].flatMap { text($0, at: members.place(of: name)) }
    }

    package mutating func text(_ node: Node, at place: String) -> String? {
        guard let scalar = node.scalar else {
            fail(node, "\(place) must be a text.")
            return nil
        }
        guard node.tag == Tag(.str) else {
            fail(node, "\(place) must be a text; put it in quotes.")
            return nil
        }
        guard !scalar.string.isEmpty else {
            fail(node, "\(place) is empty; fill it.")
            return nil
        }
        return scalar.string
    }

    package mutating func integer(_ members: Members, _ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = members[name] else { return nil }
        guard node.tag == Tag(.int), let value = node.int, range.contains(value) else {
            fail(
                node,
                "\(members.place(of: name)) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return value
    }
}

extension Node {
    package var isNull: Bool { tag == Tag(.null) }
}
