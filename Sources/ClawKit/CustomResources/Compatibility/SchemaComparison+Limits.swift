import ClawBase
import ClawDocuments

/// What narrows values without changing their type.
extension SchemaComparison {
    mutating func limits(_ old: JSON, _ new: JSON, _ path: String) {
        enumeration(old, new, path)
        for name in ["minimum", "minLength", "minItems", "minProperties"] {
            tightened(name, old, new, path) { $0 > $1 }
        }
        for name in ["maximum", "maxLength", "maxItems", "maxProperties"] {
            tightened(name, old, new, path) { $0 < $1 }
        }
        for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")]
        where new[flag]?.bool == true && old[flag]?.bool != true && old[bound] == new[bound] && old[bound] != nil {
            narrowed(path, "\(bound) \(new[bound] ?? .null) itself is no longer allowed")
        }
        for name in ["pattern", "format", "multipleOf"] {
            guard let value = new[name], old[name] != value else { continue }
            // A format that says only how wide a number is, or that is laxer, is no limit on what was there.
            if name == "format", ["int64", "double"].contains(value.string) { continue }
            let was = old[name].map { "was \($0)" } ?? "is new"
            narrowed(path, "\(name) \(value) (\(was)) may refuse stored values")
        }
        if new["x-kubernetes-embedded-resource"]?.bool == true, old["x-kubernetes-embedded-resource"]?.bool != true {
            report(
                .fieldType, path,
                "It must be a whole resource from now on, with apiVersion and kind. Add another field.")
        }
    }

    private mutating func narrowed(_ path: String, _ what: String) {
        report(
            .limitTightened, path,
            "\(what): objects that break it can no longer change it. Keep the old limit, or mend them first.")
    }

    private mutating func tightened(
        _ name: String, _ old: JSON, _ new: JSON, _ path: String, _ isTighter: (Double, Double) -> Bool
    ) {
        guard let after = new[name]?.number else { return }
        if let before = old[name]?.number {
            if isTighter(after, before) {
                narrowed(path, "\(name) goes from \(old[name] ?? .null) to \(new[name] ?? .null)")
            }
        } else if !(name.hasPrefix("min") && name != "minimum" && after <= 0) {
            narrowed(path, "\(name) \(new[name] ?? .null) is new")
        }
    }

    private mutating func enumeration(_ old: JSON, _ new: JSON, _ path: String) {
        guard let after = new["enum"]?.array else { return }
        guard let before = old["enum"]?.array else {
            return narrowed(path, "Only \(after.map(\.description).joined(separator: ", ")) are allowed from now on")
        }
        for value in before where !after.contains(value) {
            report(
                .enumValueGone, path,
                "\(value) is no longer allowed: objects with it are refused when they change. Keep the value.")
        }
    }

    // MARK: lists

    mutating func lists(_ old: JSON, _ new: JSON, _ path: String) {
        let (before, after) = (Self.merge(old), Self.merge(new))
        if before != after, Self.isList(old) {
            report(
                .listType, path,
                "It merges as \(after), and did as \(before): appliers' ownership is lost, and stored lists with repetitions are "
                    + "refused. Keep it as it was.")
        }
    }

    private static func isList(_ schema: JSON) -> Bool { schema["type"]?.string == "array" }

    private static func merge(_ schema: JSON) -> String {
        switch schema["x-kubernetes-list-type"]?.string {
        case "set"?: return "a set"
        case "map"?:
            let keys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string).sorted()
            return "a map by \(keys.joined(separator: ", "))"
        default: return "a whole"
        }
    }

    // MARK: rules

    mutating func rules(_ old: JSON, _ new: JSON, _ path: String) {
        let known = Set((old["x-kubernetes-validations"]?.array ?? []).compactMap { $0["rule"]?.string })
        for rule in (new["x-kubernetes-validations"]?.array ?? []).compactMap({ $0["rule"]?.string })
        where !known.contains(rule) {
            report(
                .ruleAdded, path,
                "The rule '\(rule)' is new: objects that break it are warned of until what it looks at changes, then refused. "
                    + "Check the stored ones first.")
        }
        for name in ["allOf", "anyOf", "oneOf", "not"] where new[name] != nil && old[name] != new[name] {
            report(.conditionChanged, path, "'\(name)' changed: check by hand that it allows what is stored.")
        }
    }
}
