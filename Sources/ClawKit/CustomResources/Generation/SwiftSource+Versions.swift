import ClawDocuments

/// A version that has become a type.
struct MadeVersion {
    let type: String
    let isServed: Bool
}

extension SwiftSource {
    /// What is left to be written by hand where there are several versions, as a comment: how objects of the others become
    /// those of the first, and back. Only who serves the conversions needs it.
    static func conversions(_ versions: [MadeVersion]) -> String {
        guard let stored = versions.first, versions.count > 1 else { return "" }
        let list = versions.dropFirst().map { other in
            """
            //         OtherVersion(\(other.type).self\(other.isServed ? "" : ", isServed: false")) { (old: \(other.type)) throws -> \(stored.type) in
            //         } back: { (new: \(stored.type)) throws -> \(other.type) in
            //         },

            """
        }.joined()
        return """

            // A program that serves the conversions between the versions says how, in a file of its own:
            //
            // extension \(stored.type) {
            //     static let otherVersions: [OtherVersion<\(stored.type)>] = [
            \(list)//     ]
            // }

            """
    }
}
