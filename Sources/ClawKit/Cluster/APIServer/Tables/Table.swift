import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas

/// Objects as rows for people: `meta.k8s.io/v1 Table`.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables>
struct Table: Sendable {
    private let columns: [Column]
    private let showsPods: Bool
    private let includeObject: String
    private let apiVersion: String
    private let now: Timestamp

    /// - Parameter apiVersion: the version asked for, `meta.k8s.io/v1`.
    init(
        for resource: RegisteredResource, includeObject: String?, apiVersion: String = "meta.k8s.io/v1", now: Timestamp
    ) {
        columns = resource.isCustom ? Self.columns(of: resource) : TableColumns.columns(of: resource.type)
        showsPods = resource.type.kind == "Pod" && !resource.isCustom
        self.includeObject = includeObject ?? ""
        self.apiVersion = apiVersion
        self.now = now
    }

    /// Those of the definition; a definition without any shows the age.
    private static func columns(of resource: RegisteredResource) -> [Column] {
        let own = resource.columns.map { column in
            Column(
                column.name, .text(column.description), type: column.type, format: column.format,
                priority: column.priority
            ) {
                object, now in column.cell(object, now: now)
            }
        }
        return [.name] + (own.isEmpty ? [Column("Age", .creation, type: "date", Column.age.cell)] : own)
    }

    func document(_ objects: [JSONObject], metadata: JSONObject) -> JSONObject {
        let definitions = columns.map { column -> JSON in
            [
                "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                "description": .string(column.description.value), "priority": .integer(column.priority),
            ]
        }
        return [
            "kind": "Table", "apiVersion": .string(apiVersion), "metadata": .object(metadata),
            "columnDefinitions": .array(definitions), "rows": .array(objects.map { .object(row($0)) }),
        ]
    }

    private func row(_ object: JSONObject) -> JSONObject {
        let field = Field(object)
        var row: JSONObject = ["cells": .array(columns.map { $0.cell(field, now) })]
        let conditions = showsPods ? PodColumns.conditions(field) : []
        if !conditions.isEmpty { row["conditions"] = .array(conditions) }
        switch includeObject {
        case "None": row["object"] = .null
        case "Object": row["object"] = .object(object)
        default: row["object"] = .object(object.partialMetadata(apiVersion))
        }
        return row
    }
}
