package import ClawDocuments
import ClawExpressions

/// Holds objects against the values that a schema allows, with the findings and words of Kubernetes' OpenAPI validator
/// (kube-openapi/pkg/validation). What was wrong before an update and did not change is let through.
package struct ValueCheck {
    package private(set) var errors: [FieldError] = []
    /// How many checks held: of several alternatives, the nearest one is told of.
    private var matches = 0

    package var isValid: Bool { errors.isEmpty }

    package static func errors(
        _ value: JSON, _ schema: StructuralSchema, at path: String = "", old: JSON? = nil
    ) -> [FieldError] {
        var check = ValueCheck()
        check.value(value, schema, path, Correlation(old))
        return check.errors
    }

    /// What a value was before the update, where that can be told.
    package struct Correlation {
        package let value: JSON?
        package init(_ value: JSON?) { self.value = value }

        package static let none = Correlation(nil)
        package func member(_ name: String) -> Correlation { Correlation(value?.object?[name]) }

        /// Of a list's element: only the items of lists with keys can be told apart.
        package func element(_ element: JSON, of schema: StructuralSchema) -> Correlation {
            guard schema.listType == "map", let elements = value?.array else { return .none }
            let keys = schema.listMapKeys
            return Correlation(elements.first { old in keys.allSatisfy { old[$0] == element[$0] } })
        }
    }

    // MARK: reporting

    private mutating func invalid(_ path: String, _ value: JSON, _ detail: String) {
        errors.append(.invalid(path.isEmpty ? "<nil>" : path, value, "\(path) in body \(detail)"))
    }

    /// A finding without a place of its own.
    private mutating func plain(_ detail: String) { errors.append(.invalid("<nil>", "", detail)) }

    // MARK: walking

    private mutating func value(_ value: JSON, _ schema: StructuralSchema, _ path: String, _ old: Correlation) {
        let before = errors.count
        check(value, schema, path, old)
        // What did not change is not refused.
        if errors.count > before, let previous = old.value, previous == value { errors.removeSubrange(before...) }
    }

    private mutating func check(_ value: JSON, _ schema: StructuralSchema, _ path: String, _ old: Correlation) {
        type(value, schema, path)
        if value.isNull {
            enumeration(value, schema, path)
            return
        }
        alternatives(value, schema, path)
        switch value {
        case .string(let text): string(text, schema, path)
        case .integer, .double: number(value, schema, path)
        case .array(let elements): array(elements, schema, path, old)
        default: break
        }
        enumeration(value, schema, path)
        if case .object(let object) = value { self.object(object, schema, path, old) }
        matches += 1
    }

    private mutating func type(_ value: JSON, _ schema: StructuralSchema, _ path: String) {
        let types = schema.isIntOrString ? ["integer", "string"] : schema.type.map { [$0] } ?? []
        var found = value.typeName
        if case .double(let number) = value {
            found = "number"
            // Whole numbers may be written as fractions.
            if types.contains("integer"), Int64(exactly: number) != nil { return matches += 1 }
        }
        if value.isNull, schema.isNullable { return matches += 1 }
        if case .string = value, schema.format != nil, !types.contains("integer"), !types.contains("number") {
            return matches += 1
        }
        if types.isEmpty || types.contains(found) || (found == "integer" && types.contains("number")) {
            return matches += 1
        }
        let expected = types.joined(separator: ",")
        errors.append(
            FieldError(
                reason: "FieldValueTypeInvalid", field: path.isEmpty ? "<nil>" : path,
                message: "Invalid value: \"\(found)\": \(path) in body must be of type \(expected): \"\(found)\""))
    }

    private mutating func enumeration(_ value: JSON, _ schema: StructuralSchema, _ path: String) {
        guard !schema.enumeration.isEmpty, !schema.enumeration.contains(value) else { return matches += 1 }
        errors.append(
            .unsupported(path, value, schema.enumeration.map { $0.string ?? $0.description }))
    }

    private mutating func string(_ text: String, _ schema: StructuralSchema, _ path: String) {
        if let format = schema.format, schema.type == "string" || schema.type == nil,
            !SchemaFormats.matches(text, format)
        {
            errors.append(
                FieldError(
                    reason: "FieldValueTypeInvalid", field: path,
                    message:
                        "Invalid value: \(JSON.string(text)): \(path) in body must be of type \(format): \(GoText.quoted(.string(text)))"
                ))
        }
        let length = text.unicodeScalars.count
        if let most = schema.maxLength, length > most {
            errors.append(
                FieldError(
                    reason: "FieldValueTooLong", field: path, message: "Too long: may not be more than \(most) bytes"))
        } else if let least = schema.minLength, length < least {
            invalid(path, .string(text), "should be at least \(least) chars long")
        } else if let pattern = schema.pattern, let expression = schema.expression, !expression.matches(text) {
            invalid(path, .string(text), "should match '\(pattern)'")
        } else {
            matches += 1
        }
    }

    private mutating func number(_ value: JSON, _ schema: StructuralSchema, _ path: String) {
        guard let number = value.number else { return }
        let isWhole = if case .integer = value { true } else { false }
        func shown(_ bound: Double) -> String {
            isWhole
                ? Int64(exactly: bound.rounded(.towardZero)).map(String.init) ?? GoNumbers.text(bound)
                : GoNumbers.text(bound)
        }
        if schema.type == "integer", !isWhole, Int64(exactly: number) == nil {
            plain("Checked value must be of type integer (default format) in \(path)")
        }
        if let factor = schema.multipleOf, factor > 0, (number / factor).rounded() != number / factor {
            invalid(path, value, "should be a multiple of \(shown(factor))")
        }
        if let most = schema.maximum, schema.excludesMaximum ? number >= most : number > most {
            invalid(path, value, "should be less than \(schema.excludesMaximum ? "" : "or equal to ")\(shown(most))")
        }
        if let least = schema.minimum, schema.excludesMinimum ? number <= least : number < least {
            invalid(
                path, value, "should be greater than \(schema.excludesMinimum ? "" : "or equal to ")\(shown(least))")
        }
        matches += 1
    }

    private mutating func tooMany(_ count: Int, _ most: Int, _ path: String) {
        errors.append(
            FieldError(
                reason: "FieldValueTooMany", field: path,
                message: "Too many: \(count): must have at most \(most) item\(most == 1 ? "" : "s")"))
    }

    private mutating func array(_ elements: [JSON], _ schema: StructuralSchema, _ path: String, _ old: Correlation) {
        if case .schema(let item) = schema.items {
            for (index, element) in elements.enumerated() {
                value(element, item, "\(path)[\(index)]", old.element(element, of: schema))
            }
        }
        if let least = schema.minItems, elements.count < least {
            invalid(path, .integer(Int64(elements.count)), "should have at least \(least) items")
        }
        if let most = schema.maxItems, elements.count > most { tooMany(elements.count, most, path) }
        matches += 1
    }

    private mutating func object(_ object: JSONObject, _ schema: StructuralSchema, _ path: String, _ old: Correlation) {
        func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
        if let least = schema.minProperties, object.count < least {
            invalid(path, .integer(Int64(object.count)), "should have at least \(least) properties")
        }
        if let most = schema.maxProperties, object.count > most { tooMany(object.count, most, path) }
        for name in schema.required where object[name] == nil { errors.append(.required(place(name))) }
        for (name, member) in object {
            if let property = schema.properties[name] {
                value(member, property, place(name), old.member(name))
            } else if case .schema(let other) = schema.additional {
                value(member, other, place(name), old.member(name))
            } else if schema.forbidsOthers {
                plain("\(place(name)) in body is a forbidden property")
            }
        }
    }

    // MARK: alternatives

    private func trial(_ value: JSON, _ schema: StructuralSchema, _ path: String) -> ValueCheck {
        var check = ValueCheck()
        check.value(value, schema, path, .none)
        return check
    }

    private mutating func alternatives(_ value: JSON, _ schema: StructuralSchema, _ path: String) {
        let quoted = GoText.quoted(.string(path))
        if !schema.anyOf.isEmpty {
            let trials = schema.anyOf.map { trial(value, $0, path) }
            if !trials.contains(where: \.isValid) {
                plain("\(quoted) must validate at least one schema (anyOf)")
                if let best = Self.nearest(trials) { errors += best.errors }
            }
        }
        if !schema.oneOf.isEmpty {
            let trials = schema.oneOf.map { trial(value, $0, path) }
            let valid = trials.count(where: \.isValid)
            if valid != 1 {
                let found = valid == 0 ? "Found none valid" : "Found \(valid) valid alternatives"
                plain("\(quoted) must validate one and only one schema (oneOf). \(found)")
                if valid == 0, let best = Self.nearest(trials) { errors += best.errors }
            }
        }
        if !schema.allOf.isEmpty {
            let trials = schema.allOf.map { trial(value, $0, path) }
            for trial in trials { errors += trial.errors }
            if trials.contains(where: { !$0.isValid }) {
                plain(
                    "\(quoted) must validate all the schemas (allOf)\(trials.contains(where: \.isValid) ? "" : ". None validated")"
                )
            }
        }
        if case .schema(let refused) = schema.not, trial(value, refused, path).isValid {
            plain("\(quoted) must not validate the schema (not)")
        }
        matches += 1
    }

    private static func nearest(_ trials: [ValueCheck]) -> ValueCheck? {
        trials.reduce(nil) { best, trial in best.map { trial.matches > $0.matches ? trial : $0 } ?? trial }
    }
}
