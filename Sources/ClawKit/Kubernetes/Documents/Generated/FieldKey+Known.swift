extension FieldKey {
    static let knownNames: StaticString = """
        apiVersion
        """
}
