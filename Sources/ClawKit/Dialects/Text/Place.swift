import ClawDocuments

/// A value of a request and where it stands, so that what is wrong with it can be said.
struct Place {
    /// Nil where the member is missing; null counts as missing.
    let json: JSON?
    let path: String
    private let style: Style

    enum Style {
        /// `messages[2].content`
        case brackets
        /// `messages.2.content`, as Anthropic writes it.
        case dots
    }

    init(_ json: JSON?, path: String = "", style: Style = .brackets) {
        // `nil` as a JSON value would be null again.
        if let json, !json.isNull { self.json = json } else { self.json = Optional.none }
        (self.path, self.style) = (path, style)
    }

    subscript(_ name: String) -> Place {
        Place(json?[name], path: path.isEmpty ? name : "\(path).\(name)", style: style)
    }

    func at(_ index: Int) -> Place {
        Place(json?[index], path: style == .brackets ? "\(path)[\(index)]" : "\(path).\(index)", style: style)
    }

    var isMissing: Bool { json == nil }

    // MARK: what must be there

    func string(_ expected: String = "a string") throws(ModelError) -> String {
        guard let text = json?.string else { throw wrong(expected) }
        return text
    }

    func name(_ expected: String) throws(ModelError) -> String {
        guard let text = json?.string, !text.isEmpty else { throw wrong(expected) }
        return text
    }

    func object(_ expected: String = "an object") throws(ModelError) -> JSONObject {
        guard let object = json?.object else { throw wrong(expected) }
        return object
    }

    /// The elements of a list of at most so many.
    func elements(_ expected: String, most: Int) throws(ModelError) -> [Place] {
        guard let array = json?.array else { throw wrong(expected) }
        guard array.count <= most else {
            throw ModelError(
                .invalidRequest, "'\(path)' has \(array.count) elements, the limit is \(most); send fewer.",
                param: path, code: "too_many_elements")
        }
        return array.indices.map {
            Place(array[$0], path: style == .brackets ? "\(path)[\($0)]" : "\(path).\($0)", style: style)
        }
    }

    // MARK: what may be there

    func optionalString() throws(ModelError) -> String? { isMissing ? nil : try string() }

    func optionalBool() throws(ModelError) -> Bool? {
        guard let json else { return nil }
        guard let flag = json.bool else { throw wrong("true or false") }
        return flag
    }

    func optionalInteger(_ expected: String = "a whole number") throws(ModelError) -> Int? {
        guard let json else { return nil }
        guard let number = json.integer else { throw wrong(expected) }
        return Int(number)
    }

    /// A count that must be at least `least`.
    func optionalCount(least: Int = 0) throws(ModelError) -> Int? {
        guard let number = try optionalInteger() else { return nil }
        guard number >= least else { throw wrong("a whole number of at least \(least)") }
        return number
    }

    func optionalNumber() throws(ModelError) -> Double? {
        guard let json else { return nil }
        guard let number = json.number else { throw wrong("a number") }
        return number
    }

    /// Nothing, where the list is missing.
    func optionalElements(_ expected: String, most: Int) throws(ModelError) -> [Place] {
        isMissing ? [] : try elements(expected, most: most)
    }

    // MARK: errors

    /// What is wrong here: it is missing, empty, or something else than expected.
    func wrong(_ expected: String) -> ModelError {
        let what =
            switch json {
            case nil: "is missing"
            case .string("")?: "is empty"
            case .array(let elements)? where elements.isEmpty: "is empty"
            case let found?: "is of type \(found.typeName)"
            }
        return ModelError(
            .invalidRequest, "'\(path.isEmpty ? "body" : path)' \(what); it must be \(expected).",
            param: path.isEmpty ? nil : path, code: json == nil ? "missing_required_parameter" : "invalid_type")
    }

    /// A value that is none of those known.
    func unknown(_ value: String, _ known: String) -> ModelError {
        ModelError(
            .invalidRequest, "'\(path)' is '\(value.prefix(64))'; it must be \(known).", param: path,
            code: "invalid_value")
    }

    /// Something the intermediate form, or the upstream's dialect, cannot say.
    func unsupported(_ what: String) -> ModelError {
        ModelError(.unsupported, "'\(path)': \(what)", param: path, code: "unsupported_value")
    }
}

extension JSONObject {
    /// The members whose names are none of these.
    func without(_ names: Set<String>) -> JSONObject {
        var rest = self
        rest.removeAll { name, _ in names.contains(name) }
        return rest
    }
}
