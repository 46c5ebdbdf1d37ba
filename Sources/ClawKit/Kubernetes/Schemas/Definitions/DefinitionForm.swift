package import ClawDocuments

/// A definition in the form that Kubernetes checks: what all versions have in common stands at the top.
package struct DefinitionForm {
    package struct Version {
        package let name: Field
        package let isStored: Bool
        package let isServed: Bool
        package let path: FieldPath
        package let json: JSON
    }

    package let spec: Field
    package let versions: [Version]
    package let schema: Part
    package let subresources: Part
    package let columns: Part
    package let selectableFields: Part

    /// Something each version can have, or all together.
    package enum Part {
        case shared(Field)
        case perVersion([Field])

        package var fields: [Field] {
            switch self {
            case .shared(let field): [field]
            case .perVersion(let fields): fields
            }
        }

        package var isShared: Bool { if case .shared = self { true } else { false } }
    }

    package init(_ definition: JSONObject) {
        let spec = Field(definition)["spec"]
        self.spec = spec
        let versions = spec["versions"].items
        self.versions = versions.map { version in
            Version(
                name: version["name"], isStored: version["storage"].isTrue, isServed: version["served"].isTrue,
                path: version.path,
                json: version.value ?? .null)
        }
        func part(_ name: String, at top: String) -> Part {
            let values = versions.map { $0[name] }
            guard let first = values.first, values.allSatisfy({ $0.value == first.value }) else {
                return .perVersion(values)
            }
            return .shared(first.reported(at: .member(spec.path, top)))
        }
        schema = part("schema", at: "validation")
        subresources = part("subresources", at: "subresources")
        columns = part("additionalPrinterColumns", at: "additionalPrinterColumns")
        selectableFields = part("selectableFields", at: "selectableFields")
    }

    /// The schemas, with the place of each.
    package var schemas: [Field] { schema.fields.map { $0["openAPIV3Schema"] }.filter(\.isSet) }

    /// The versions as an error shows them.
    package var shown: JSON {
        .array(
            versions.map { version in
                [
                    "Name": .string(version.name.string), "Served": .bool(version.isServed),
                    "Storage": .bool(version.isStored),
                    "Deprecated": version.json["deprecated"] ?? false,
                    "DeprecationWarning": version.json["deprecationWarning"] ?? .null,
                    "Schema": schema.isShared ? .null : version.json["schema"] ?? .null,
                    "Subresources": subresources.isShared ? .null : version.json["subresources"] ?? .null,
                    "AdditionalPrinterColumns": columns.isShared
                        ? .null : version.json["additionalPrinterColumns"] ?? .null,
                    "SelectableFields": selectableFields.isShared ? .null : version.json["selectableFields"] ?? .null,
                ]
            })
    }
}
