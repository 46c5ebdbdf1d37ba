public import ClawDocuments

/// Objects as a server shows them to people: rows and columns, as `kubectl get` prints them.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables>
public struct Table: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public var metadata: ListMeta { document.viewOrEmpty(.metadata) }
    public var columns: [Column] { document.views("columnDefinitions") }
    public var rows: [Row] { document.views("rows") }

    public struct Column: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public var name: String { document.string(.name) ?? "" }
        /// The OpenAPI type of the cells: `string`, `integer`, `date`, …
        public var type: String { document.string(.type) ?? "" }
        /// The OpenAPI format, `name` for the column of names.
        public var format: String { document.string(.format) ?? "" }
        /// What the column shows, as a sentence.
        public var help: String { document.string(.description) ?? "" }
        /// 0 is always shown; larger ones only where there is room (`-o wide`).
        public var priority: Int { document.int(.priority) ?? 0 }
    }

    public struct Row: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        /// As many as there are columns.
        public var cells: [JSON] { document.values("cells") }
        /// The row's object, as much of it as was asked for; by default its metadata.
        public var object: PartialObjectMetadata<DynamicObject>? { document.view(.object) }
    }

    /// Lines of text in aligned columns, the names in capitals first.
    /// - Parameter wide: also columns of a priority above 0.
    public func lines(wide: Bool = false) -> [String] {
        let shown = columns.enumerated().filter { wide || $1.priority == 0 }.map(\.offset)
        let columns = columns
        let cells =
            [shown.map { columns[$0].name.uppercased() }]
            + rows.map { row in
                let cells = row.cells
                return shown.map { cells.indices.contains($0) ? cells[$0].string ?? "\(cells[$0])" : "" }
            }
        let widths = shown.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                line += isLast ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 3)
            }
            return line
        }
    }
}
