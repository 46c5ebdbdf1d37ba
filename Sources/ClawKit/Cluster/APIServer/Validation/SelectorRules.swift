import ClawDocuments
import ClawSchemas

/// Label selectors: whether they are well formed, and what they match.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>
enum SelectorRules {
    static func check(_ selector: Field, _ errors: inout FieldErrors) {
        guard selector.isSet else { return }
        MetadataRules.labels(selector["matchLabels"], &errors)
        for expression in selector["matchExpressions"].items {
            let values = expression["values"]
            switch expression["operator"].string {
            case "In", "NotIn":
                if values.isEmpty { errors.required(values, "must be specified when `operator` is 'In' or 'NotIn'") }
            case "Exists", "DoesNotExist":
                if !values.isEmpty {
                    errors.forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
                }
            default:
                errors.invalid(
                    expression["operator"], "not a valid selector operator",
                    showing: .string(expression["operator"].string))
            }
            MetadataRules.key(expression["key"].string, at: expression["key"], &errors)
            for value in values.items { errors.invalid(value, NameRules.labelValue(value.string)) }
        }
    }

    /// An absent selector matches nothing, an empty one everything.
    static func matches(_ selector: Field, _ labels: Field) -> Bool {
        guard selector.isSet else { return false }
        for (name, wanted) in selector["matchLabels"].entries where labels[name].value?.string != wanted.string {
            return false
        }
        return selector["matchExpressions"].items.allSatisfy { expression in
            let found = labels[expression["key"].string].value?.string
            let values = expression["values"].strings
            return switch expression["operator"].string {
            case "In": found.map(values.contains) ?? false
            case "NotIn": found.map { !values.contains($0) } ?? true
            case "Exists": found != nil
            case "DoesNotExist": found == nil
            default: false
            }
        }
    }

    /// As Kubernetes writes it in one line: `app=web,tier in (a,b),!old`.
    static func text(_ selector: Field) -> String {
        // Old kinds have a plain map.
        let isMap = !selector["matchLabels"].isSet && !selector["matchExpressions"].isSet
        var parts = (isMap ? selector : selector["matchLabels"]).entries.map {
            ($0.name, "\($0.name)=\($0.field.string)")
        }
        for expression in selector["matchExpressions"].items {
            let (key, values) = (expression["key"].string, expression["values"].strings.sorted().joined(separator: ","))
            let text =
                switch expression["operator"].string {
                case "In": "\(key) in (\(values))"
                case "NotIn": "\(key) notin (\(values))"
                case "DoesNotExist": "!\(key)"
                default: key
                }
            parts.append((key, text))
        }
        return parts.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: ",")
    }

    static func isEmpty(_ selector: Field) -> Bool {
        selector["matchLabels"].isEmpty && selector["matchExpressions"].isEmpty
    }
}
