package import ClawDocuments

/// What validation found, in the words of Kubernetes' `field.Error`.
package struct FieldErrors {
    package private(set) var list: [FieldError] = []

    package init() {}

    package mutating func append(_ errors: [FieldError]) { list += errors }

    package mutating func required(_ field: Field, _ detail: String = "") {
        list.append(.required("\(field.path)", detail))
    }

    /// - Parameter value: what the message shows, where that is not the field's own value.
    package mutating func invalid(_ field: Field, _ detail: String, showing value: JSON? = nil) {
        list.append(.invalid("\(field.path)", value ?? field.value ?? .null, detail))
    }

    /// The value in Go's text, where the message shows Kubernetes' inner form of it.
    package mutating func invalid(_ field: Field, _ detail: String, showingText text: String) {
        list.append(
            FieldError(
                reason: "FieldValueInvalid", field: "\(field.path)", message: "Invalid value: \(text): \(detail)"))
    }

    package mutating func unsupported(_ field: Field, _ supported: [String]) {
        list.append(.unsupported("\(field.path)", field.value ?? "", supported))
    }

    package mutating func duplicate(_ field: Field, showing text: String? = nil) {
        let shown = text ?? (field.value ?? .null).description
        list.append(
            FieldError(
                reason: "FieldValueDuplicate", field: "\(field.path)", message: "Duplicate value: \(shown)"))
    }

    package mutating func notFound(_ field: Field) {
        let value = field.value ?? ""
        list.append(FieldError(reason: "FieldValueNotFound", field: "\(field.path)", message: "Not found: \(value)"))
    }

    package mutating func forbidden(_ field: Field, _ detail: String) {
        list.append(.forbidden("\(field.path)", detail))
    }

    package mutating func tooLong(_ field: Field, _ bytes: Int) {
        list.append(
            FieldError(
                reason: "FieldValueTooLong", field: "\(field.path)",
                message: "Too long: may not be more than \(bytes) bytes"))
    }

    package mutating func tooMany(_ field: Field, _ count: Int, limit: Int) {
        list.append(
            FieldError(
                reason: "FieldValueTooMany", field: "\(field.path)",
                message: "Too many: \(count): must have at most \(limit) item\(limit == 1 ? "" : "s")"))
    }
}

// What many rules ask.
extension FieldErrors {
    /// Reports each problem as an invalid value.
    package mutating func invalid(_ field: Field, _ problems: [String]) {
        for problem in problems { invalid(field, problem) }
    }

    /// One of the texts; absence is `Required value` where `isRequired`.
    package mutating func oneOf(_ field: Field, _ supported: [String], isRequired: Bool = false) {
        if field.isEmpty {
            if isRequired { required(field) }
        } else if !supported.contains(field.string) {
            unsupported(field, supported)
        }
    }

    package mutating func present(_ field: Field, _ detail: String = "") {
        if field.isEmpty { required(field, detail) }
    }

    package mutating func notNegative(_ field: Field) {
        if let number = field.integer, number < 0 { invalid(field, "must be greater than or equal to 0") }
    }

    package mutating func notNegative(_ field: Field, _ names: String...) {
        for name in names { notNegative(field[name]) }
    }

    package mutating func within(_ field: Field, _ range: ClosedRange<Int64>) {
        if let number = field.integer, !range.contains(number) {
            invalid(field, "must be between \(range.lowerBound) and \(range.upperBound), inclusive")
        }
    }

    package mutating func port(_ field: Field) { within(field, 1...65535) }

    /// A port's number, or the name of a container's port.
    package mutating func portOrName(_ field: Field) {
        if case .string(let name)? = field.value { invalid(field, NameRules.portName(name)) } else { port(field) }
    }

    /// A whole number not below 0, or a percentage.
    package mutating func countOrPercent(_ field: Field) {
        guard case .string(let text)? = field.value else { return notNegative(field) }
        if text.hasSuffix("%"), text.count > 1, text.dropLast().utf8.allSatisfy({ (48...57).contains($0) }) { return }
        invalid(
            field,
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used "
                + "for validation is '[0-9]+%')")
    }

    package mutating func notMoreThanAll(_ field: Field) {
        if let text = field.value?.string, let percent = Int(text.dropLast()), text.hasSuffix("%"), percent > 100 {
            invalid(field, "must not be greater than 100%")
        }
    }

    package mutating func immutable(_ new: Field, _ old: Field) {
        if new.value != old.value { invalid(new, "field is immutable") }
    }
}
