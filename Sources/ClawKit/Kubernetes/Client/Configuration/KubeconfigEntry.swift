import ClawBase
import ClawDocuments
import FoundationEssentials

/// One object of a kubeconfig, with its place for errors. A member of the wrong type is an error, not absent: absent
/// credentials mean somebody else.
struct KubeconfigEntry: Sendable {
    let object: JSONObject
    private let file: String
    private let place: String

    init(_ object: JSONObject, file: String, place: String) {
        (self.object, self.file, self.place) = (object, file, place)
    }

    /// A text; absent, null and empty are the same, as for kubectl.
    func text(_ name: String) throws -> String? {
        switch object[name] {
        case nil, .null?, .string("")?: return nil
        case .string(let text)?: return text
        case let other?:
            throw broken("a text is expected, it is of type \(other.typeName); quote it", name)
        }
    }

    func flag(_ name: String) throws -> Bool {
        switch object[name] {
        case nil, .null?: return false
        case .bool(let value)?: return value
        case let other?: throw broken("true or false is expected, it is of type \(other.typeName)", name)
        }
    }

    func child(_ name: String) throws -> KubeconfigEntry? {
        switch object[name] {
        case nil, .null?: return nil
        case .object(let child)?: return KubeconfigEntry(child, file: file, place: path(name))
        case let other?: throw broken("an object is expected, it is of type \(other.typeName)", name)
        }
    }

    /// A list; absent and null are empty.
    func elements(_ name: String) throws -> [JSON] {
        switch object[name] {
        case nil, .null?: return []
        case .array(let elements)?: return elements
        case let other?: throw broken("a list is expected, it is of type \(other.typeName)", name)
        }
    }

    func strings(_ name: String) throws -> [String] {
        try elements(name).map { element in
            guard let text = element.string else {
                throw broken("a list of texts is expected, one element is of type \(element.typeName); quote it", name)
            }
            return text
        }
    }

    /// An object whose members are lists of texts.
    func lists(_ name: String) throws -> [String: [String]] {
        guard let child = try child(name) else { return [:] }
        var lists: [String: [String]] = [:]
        for (key, _) in child.object { lists[key] = try child.strings(key) }
        return lists
    }

    /// The names of a list's elements.
    func names(in list: String) -> [String] { (object[list]?.array ?? []).compactMap { $0["name"]?.string } }

    /// The member of the named element of a list; nil where there is no such element.
    func find(_ list: String, _ name: String, _ member: String) throws -> KubeconfigEntry? {
        let elements = try elements(list)
        let positions = elements.indices.filter { elements[$0]["name"]?.string == name }
        guard let position = positions.first else { return nil }
        guard positions.count == 1 else { throw broken("it has two entries of the name '\(name)'", list) }
        let place = path("\(list)[\(position)]")
        guard case .object(let object)? = elements[position][member] else {
            throw KubeconfigEntry([:], file: file, place: place).broken("the entry '\(name)' says nothing", member)
        }
        return KubeconfigEntry(object, file: file, place: "\(place).\(member)")
    }

    /// PEM from `NAME-data` (base64), or else from the file that `NAME` points to.
    func pem(_ name: String) throws -> String? {
        let inline = "\(name)-data"
        if let data = try text(inline) {
            guard let bytes = Base64.decode(data.filter { !$0.isWhitespace }) else { throw broken("it is no base64", inline) }
            return try pem(String(decoding: bytes, as: UTF8.self), inline)
        }
        return try file(name).map { try pem($0, name) }
    }

    func pem(_ text: String, _ name: String) throws -> String {
        guard text.contains("-----BEGIN ") else { throw broken("what it holds is not PEM", name) }
        return text
    }

    /// What stands in the file that a member points to.
    func file(_ name: String) throws -> String? {
        guard let path = try path(of: name) else { return nil }
        do {
            return try Self.text(of: path)
        } catch {
            throw broken(error.message, name)
        }
    }

    /// The path a member holds; a relative one starts from the kubeconfig's folder.
    func path(of name: String) throws -> String? { try text(name).map(resolved) }

    /// The file to read again as it changes; nil where inline data stands in its place.
    func rotatingPath(_ name: String) throws -> String? {
        try text("\(name)-data") == nil ? try path(of: name) : nil
    }

    /// A command: a bare name is looked for on the `PATH`, anything else is a path.
    func executable(_ command: String) throws -> String { command.contains("/") ? resolved(command) : command }

    func resolved(_ path: String) -> String {
        let folder = file.lastIndex(of: "/").map { file[...$0] } ?? "./"
        return path.hasPrefix("/") ? path : folder + path
    }

    /// A token: one word, which could not break out of the header it goes into.
    func line(_ text: String, _ name: String) throws -> String {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, words[0].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw broken("a token is one word of ASCII characters", name)
        }
        return String(words[0])
    }

    /// Credentials are small; a wrong path to something big shall not fill memory.
    private static let sizeLimit = 16 << 20

    static func text(of path: String) throws(Finding) -> String {
        guard let data = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe), data.count <= sizeLimit else {
            throw Finding(
                .badConfig, "The file \(path) cannot be read; check that it exists and is readable to this user.",
                field: path)
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Finding(.badConfig, "The file \(path) is not UTF-8 text.", field: path)
        }
        return text
    }

    func broken(_ message: String, _ member: String) -> Finding {
        Finding(
            .badConfig, "The kubeconfig is broken at \(path(member)): \(message)\(message.hasSuffix(".") ? "" : ".")",
            field: "\(file): \(path(member))")
    }

    private func path(_ member: String) -> String { place.isEmpty ? member : "\(place).\(member)" }
}
