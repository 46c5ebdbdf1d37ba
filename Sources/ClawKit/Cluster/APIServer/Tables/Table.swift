import ClawBase
import ClawDocuments
import ClawModels

/// Objects as rows for people: `meta.k8s.io/v1 Table`.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables>
struct Table: Sendable {
    struct Column: Sendable {
        var name: String
        var type = "string"
        var format = ""
        var description = ""
        /// 0 shows always, 1 with `-o wide`.
        var priority: Int64 = 0
        var cell: @Sendable (JSONObject, Timestamp) -> JSON
    }

    private let columns: [Column]
    private let includeObject: String
    private let now: Timestamp

    // As the API describes these fields.
    private static let nameDescription =
        "Name must be unique within a namespace. Is required when creating resources, although some resources may allow "
        + "a client to request the generation of an appropriate name automatically. Name is primarily intended for "
        + "creation idempotence and configuration definition. Cannot be updated. More info: "
        + "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
    private static let ageDescription =
        "CreationTimestamp is a timestamp representing the server time when this object was created. It is not "
        + "guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is "
        + "represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
        + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"

    init(for resource: RegisteredResource, includeObject: String?, now: Timestamp) {
        let name = Column(
            name: "Name", format: "name", description: Self.nameDescription) { object, _ in .string(object.objectName) }
        let age = Column(name: "Age", type: resource.isCustom ? "date" : "string", description: Self.ageDescription) { object, now in
            .string(Age.text(since: object.metadataString(.creationTimestamp), now: now))
        }
        if resource.isCustom {
            let own = resource.columns.map { column in
                Column(
                    name: column.name, type: column.type, format: column.format, description: column.description,
                    priority: column.priority, cell: { column.cell($0, now: $1) })
            }
            columns = [name] + (own.isEmpty ? [age] : own)
        } else {
            columns = TableColumns.columns(of: resource.type, name: name, age: age)
        }
        self.includeObject = includeObject ?? ""
        self.now = now
    }

    func document(_ objects: [JSONObject], metadata: JSONObject) -> JSONObject {
        [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            "columnDefinitions": .array(
                columns.map { column in
                    [
                        "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                        "description": .string(column.description), "priority": .integer(column.priority),
                    ]
                }),
            "rows": .array(
                objects.map { object in
                    var row: JSONObject = ["cells": .array(columns.map { $0.cell(object, now) })]
                    switch includeObject {
                    case "None": row["object"] = .null
                    case "Object": row["object"] = .object(object)
                    default: row["object"] = .object(object.partialMetadata)
                    }
                    return .object(row)
                }),
        ]
    }
}
