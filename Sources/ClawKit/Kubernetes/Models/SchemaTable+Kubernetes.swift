public import ClawDocuments

extension SchemaTable {
    /// The field tables of all generally available types, read at first use.
    public static let kubernetes = SchemaTable(parsing: GeneratedSchemas.all)
}

extension SchemaCheck {
    /// The types' check for what servers answer, made at first use.
    public static let kubernetes = SchemaCheck(.kubernetes)
}
