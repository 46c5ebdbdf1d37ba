import ClawBase
import ClawDocuments
import ClawSchemas

/// One column of a table, and how an object's cell in it is made.
struct Column: Sendable {
    typealias Cell = @Sendable (Field, Timestamp) -> JSON

    /// What a column shows: in words of its own, or in those by which the API describes the field it shows.
    enum Description: Sendable, ExpressibleByStringLiteral {
        case text(String)
        /// `core/v1 PodStatus.podIP`
        case field(String)

        init(stringLiteral text: String) { self = .text(text) }

        static let name = Description.field("meta/v1 ObjectMeta.name")
        static let creation = Description.field("meta/v1 ObjectMeta.creationTimestamp")

        var value: String {
            switch self {
            case .text(let text): text
            case .field(let key): ColumnDescriptions.texts[key] ?? ""
            }
        }
    }

    let name: String
    let type: String
    let format: String
    let description: Description
    /// 0 shows always, 1 with `-o wide`.
    let priority: Int64
    let cell: Cell

    init(
        _ name: String, _ description: Description, type: String = "string", format: String = "", priority: Int64 = 0,
        _ cell: @escaping Cell
    ) {
        (self.name, self.description, self.type, self.format) = (name, description, type, format)
        (self.priority, self.cell) = (priority, cell)
    }
}

extension Column {
    /// The text at a path.
    static func text(
        _ name: String, _ description: Description, _ path: [String], none: String = "", priority: Int64 = 0
    ) -> Column {
        Column(name, description, priority: priority) { object, _ in
            let text = object[path].string
            return .string(text.isEmpty ? none : text)
        }
    }

    /// The whole number at a path, zero where there is none.
    static func number(_ name: String, _ description: Description, _ path: [String], type: String = "integer") -> Column
    {
        Column(name, description, type: type) { object, _ in .integer(object[path].integer ?? 0) }
    }

    /// How many elements or members there are at a path.
    static func count(_ name: String, _ description: Description, _ path: [String], type: String = "integer") -> Column
    {
        Column(name, description, type: type) { object, _ in .integer(Int64(object[path].count)) }
    }

    static let name = Column("Name", .name, format: "name") { object, _ in .string(object["metadata"]["name"].string) }

    static let age = Column("Age", .creation) { object, now in
        .string(Age.text(since: object["metadata"]["creationTimestamp"].value?.string, now: now))
    }

    static let creation = Column("Created At", .creation, type: "date") { object, _ in
        .string(object["metadata"]["creationTimestamp"].string)
    }

    /// The containers and images of a pod template.
    static func containers(_ template: [String], priority: Int64 = 1) -> [Column] {
        func each(_ member: String) -> Cell {
            { object, _ in
                .string(object[template]["spec"]["containers"].items.map { $0[member].string }.joined(separator: ","))
            }
        }
        return [
            Column("Containers", "Names of each container in the template.", priority: priority, each("name")),
            Column("Images", "Images referenced by each container in the template.", priority: priority, each("image")),
        ]
    }

    /// `a=b,c in (d,e)`, of a selector or of labels.
    static func selector(
        _ name: String, _ description: Description, _ path: [String], none: String = "<none>", priority: Int64 = 1
    ) -> Column {
        Column(name, description, priority: priority) { object, _ in
            let text = SelectorRules.text(object[path])
            return .string(text.isEmpty ? none : text)
        }
    }
}

extension Field {
    subscript(_ path: [String]) -> Field { path.reduce(self) { $0[$1] } }

    /// Elements or members.
    var count: Int { value?.array?.count ?? value?.object?.count ?? 0 }

    /// A quantity as Kubernetes writes it; 0 where there is none.
    var amount: String {
        guard let quantity else { return "0" }
        return (quantity.canonical ?? quantity).text
    }

    /// The condition of a type.
    func condition(_ type: String) -> Field? { self["status"]["conditions"].items.first { $0["type"].string == type } }

    /// The first few texts, and how many more there are.
    static func some(of texts: [String], _ most: Int, none: String, separator: String = ",") -> String {
        if texts.isEmpty { return none }
        let shown = texts.prefix(most).joined(separator: separator)
        return texts.count > most ? "\(shown) + \(texts.count - most) more..." : shown
    }
}
