import ClawBase
import ClawDocuments

extension SwiftSource {
    /// - Parameter name: the type's, given already.
    mutating func writeKind(_ facts: KindFacts, named name: String) throws(Finding) {
        let schema = facts.schema
        let skipped: Set<String> = ["apiVersion", "kind", "metadata"]
        let fields = try self.fields(of: schema, in: [name], depth: 0, skipping: skipped)
        var text = SwiftText.comment(schema["description"]?.string ?? "", indent: "")
        text += "\(access)struct \(name): CustomResource {\n" + storage
        text += "\n    \(access)static let type = \(resourceType(facts))\n"
        text += summary(schema) + propertyList(fields) + ruleList(schema) + options(facts.version)
        text +=
            "\n    \(access)init(metadata: ObjectMeta\(fields.filter { $0.name != "status" }.map { ", \($0.parameter)" }.joined())) {\n"
        text += "        self.init(metadata)\n"
        for field in fields where field.name != "status" {
            text += "        self.\(field.identifier) = \(field.identifier)\n"
        }
        text += "    }\n\n" + fields.map { $0.accessor(access) }.joined() + "}\n"
        declarations.insert(text, at: 0)
    }

    var storage: String {
        """
            \(access)var document: JSONObject
            \(access)init(document: JSONObject) { self.document = document }

        """
    }

    private func resourceType(_ facts: KindFacts) -> String {
        func text(_ value: JSON?) -> String { SwiftText.literal(value?.string ?? "") }
        func list(_ value: JSON?) -> String {
            "[\((value?.array ?? []).compactMap(\.string).map(SwiftText.literal).joined(separator: ", "))]"
        }
        var parts = [
            "group: \(SwiftText.literal(facts.group))", "version: \(text(facts.version["name"]))",
            "kind: \(SwiftText.literal(facts.kind))", "plural: \(SwiftText.literal(facts.plural))",
        ]
        if facts.names["singular"]?.string.map({ !$0.isEmpty }) ?? false {
            parts.append("singular: \(text(facts.names["singular"]))")
        }
        if facts.names["shortNames"]?.array?.isEmpty == false {
            parts.append("shortNames: \(list(facts.names["shortNames"]))")
        }
        if facts.names["categories"]?.array?.isEmpty == false {
            parts.append("categories: \(list(facts.names["categories"]))")
        }
        if facts.spec["scope"] == "Cluster" { parts.append("isNamespaced: false") }
        return "ResourceType(\n        \(parts.joined(separator: ", ")))"
    }

    /// Columns, scale and selectable fields.
    private func options(_ version: JSON) -> String {
        var text = ""
        let columns = (version["additionalPrinterColumns"]?.array ?? []).map { column in
            var parts = ["name", "type", "jsonPath"].map { SwiftText.literal(column[$0]?.string ?? "") }
            if let about = column["description"]?.string { parts.append("description: \(SwiftText.literal(about))") }
            if let priority = column["priority"]?.integer, priority != 0 { parts.append("priority: \(priority)") }
            return "        PrinterColumn(\(parts.joined(separator: ", "))),\n"
        }
        if !columns.isEmpty {
            text += "    \(access)static let columns: [PrinterColumn] = [\n\(columns.joined())    ]\n"
        }
        if let scale = version["subresources"]?["scale"] {
            func path(_ name: String) -> String { SwiftText.literal(scale[name]?.string ?? "") }
            let selector = scale["labelSelectorPath"] == nil ? "" : ", selector: \(path("labelSelectorPath"))"
            text +=
                "    \(access)static let scale: ScaleSubresource? = ScaleSubresource(\n        replicas: \(path("specReplicasPath")), "
                + "statusReplicas: \(path("statusReplicasPath"))\(selector))\n"
        }
        let fields = (version["selectableFields"]?.array ?? []).compactMap { $0["jsonPath"]?.string }.map(
            SwiftText.literal)
        if !fields.isEmpty {
            text += "    \(access)static let selectableFields: [String] = [\(fields.joined(separator: ", "))]\n"
        }
        if version["deprecated"]?.bool == true {
            let warning =
                version["deprecationWarning"]?.string.map { ".warning(\(SwiftText.literal($0)))" } ?? ".useNewest"
            text += "    \(access)static let deprecation: Deprecation? = \(warning)\n"
        }
        return text
    }

    func summary(_ schema: JSON) -> String {
        guard let text = schema["description"]?.string, !text.isEmpty else { return "" }
        return "    \(access)static let summary = \(SwiftText.literal(text))\n"
    }

    func propertyList(_ fields: [GeneratedField]) -> String {
        "    \(access)static let properties: [Property] = [\n\(fields.map { "        \($0.property),\n" }.joined())    ]\n"
    }

    func ruleList(_ schema: JSON) -> String {
        let rules = (schema["x-kubernetes-validations"]?.array ?? []).map {
            "        \(GeneratedConstraints.rule($0)),\n"
        }
        return rules.isEmpty ? "" : "    \(access)static let rules: [SchemaRule] = [\n\(rules.joined())    ]\n"
    }
}
