import ClawDocuments

extension StructuralSchema {
    typealias FieldError = APIStatus.FieldError

    /// What is wrong with an object; empty where nothing is.
    func validate(_ object: JSONObject) -> [FieldError] {
        var errors: [FieldError] = []
        check(.object(object), at: "", &errors)
        return errors
    }

    private func check(_ value: JSON, at path: String, _ errors: inout [FieldError]) {
        if value.isNull, isNullable { return }
        guard hasRightType(value) else {
            errors.append(.wrongType(path, value, expected: isIntOrString ? "integer or string" : type ?? "object"))
            return
        }
        if !enumeration.isEmpty, !enumeration.contains(value) {
            errors.append(.unsupported(path, value, enumeration.map { $0.string ?? $0.description }))
        }
        switch value {
        case .string(let text): check(text, at: path, &errors)
        case .integer, .double: check(value.number ?? 0, value, at: path, &errors)
        case .array(let elements): check(elements, at: path, &errors)
        case .object(let object): check(object, at: path, &errors)
        default: break
        }
    }

    private func hasRightType(_ value: JSON) -> Bool {
        if isIntOrString { return value.integer != nil || value.string != nil }
        return switch type {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "boolean": value.bool != nil
        case "integer": value.integer != nil
        case "number": value.number != nil
        default: true
        }
    }

    private func check(_ text: String, at path: String, _ errors: inout [FieldError]) {
        let length = text.unicodeScalars.count
        if let minLength, length < minLength {
            errors.append(.invalid(path, .string(text), "\(path) in body should be at least \(minLength) chars long"))
        }
        if let maxLength, length > maxLength {
            errors.append(FieldError(
                reason: "FieldValueTooLong", field: path, message: "Too long: may not be more than \(maxLength) bytes"))
        }
        if let pattern, !matches(text, pattern) {
            errors.append(.invalid(path, .string(text), "\(path) in body should match '\(pattern)'"))
        }
    }

    /// A pattern that cannot be compiled refuses nothing: the definition's own validation has named it.
    private func matches(_ text: String, _ pattern: String) -> Bool {
        guard let expression = try? Regex(pattern) else { return true }
        return (try? expression.firstMatch(in: text)) != nil
    }

    private func check(_ number: Double, _ value: JSON, at path: String, _ errors: inout [FieldError]) {
        if let minimum, number < minimum {
            errors.append(.invalid(path, value, "\(path) in body should be greater than or equal to \(plain(minimum))"))
        }
        if let maximum, number > maximum {
            errors.append(.invalid(path, value, "\(path) in body should be less than or equal to \(plain(maximum))"))
        }
    }

    private func plain(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? String(number)
    }

    private func check(_ elements: [JSON], at path: String, _ errors: inout [FieldError]) {
        if let minItems, elements.count < minItems {
            errors.append(.invalid(path, .integer(Int64(elements.count)), "\(path) in body should have at least \(minItems) items"))
        }
        if let maxItems, elements.count > maxItems {
            errors.append(FieldError(
                reason: "FieldValueTooMany", field: path,
                message: "Too many: \(elements.count): must have at most \(maxItems) items"))
        }
        guard case .schema(let schema) = items else { return }
        for (index, element) in elements.enumerated() { schema.check(element, at: "\(path)[\(index)]", &errors) }
    }

    private func check(_ object: JSONObject, at path: String, _ errors: inout [FieldError]) {
        func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
        for name in required where object[name] == nil { errors.append(.required(place(name))) }
        for (name, member) in object {
            if let property = properties[name] {
                property.check(member, at: place(name), &errors)
            } else if case .schema(let schema) = additional {
                schema.check(member, at: place(name), &errors)
            }
        }
    }
}
