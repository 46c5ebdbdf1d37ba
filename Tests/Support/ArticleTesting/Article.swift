import Foundation

/// Swift in an article, held against the Swift of a source file that compiles it.
///
/// In the source a block stands between `// ARTICLE: name` and `// ARTICLE: end`, each on a line of its own, indented
/// as its function is; in the article it stands in a fence, without that indentation.
package struct Article {
    package let text: String
    private let source: String

    /// - Parameters:
    ///   - path: from the repository's root, `Docs/kubernetes.md`.
    ///   - file: the source with the blocks, three directories below the root.
    package init(_ path: String, compiledIn file: String) throws {
        let here = URL(filePath: file)
        let root = here.deletingLastPathComponent().appending(path: "../../..").standardized
        text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        source = try String(contentsOf: here, encoding: .utf8)
    }

    /// The blocks' names, in order.
    package var names: [String] {
        source.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", omittingEmptySubsequences: true)
            guard parts.count == 3, parts[0] == "//", parts[1] == "ARTICLE:", parts[2] != "end" else { return nil }
            return String(parts[2])
        }
    }

    /// The block as the article must show it; nil where there is none of that name.
    package func block(_ name: String) -> String? {
        guard let begin = source.range(of: "    // ARTICLE: \(name)\n"),
            let end = source.range(of: "    // ARTICLE: end", range: begin.upperBound..<source.endIndex)
        else { return nil }
        let lines = source[begin.upperBound..<end.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { $0.hasPrefix("    ") ? String($0.dropFirst(4)) : String($0) }.joined(separator: "\n")
    }

    /// The Swift fences' contents, in order.
    package var fences: [String] {
        text.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
    }
}
