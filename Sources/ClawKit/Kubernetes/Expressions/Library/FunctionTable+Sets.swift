extension FunctionTable {
    /// What Kubernetes 1.36 offers (apiserver/pkg/cel/environment/base.go, as of that version).
    static let kubernetes: FunctionTable = {
        var table = FunctionTable()
        table.addOperators()
        table.addComparisons()
        table.addCollections()
        table.addConversions()
        table.addTimes()
        table.addOptionals()
        table.addStrings()
        table.addFormatting()
        table.addPatterns()
        table.addSets()
        table.addLists()
        table.addAggregates()
        table.addURLs()
        table.addQuantities()
        table.addAddresses()
        table.addNamedFormats()
        table.addVersions()
        table.addAuthorizer()
        return table
    }()

    /// Kubernetes' functions, and cel-go's extensions for mathematics and base 64.
    static let everything: FunctionTable = {
        var table = kubernetes
        table.addMath()
        table.addEncoders()
        return table
    }()
}
