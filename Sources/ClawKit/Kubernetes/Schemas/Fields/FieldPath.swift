/// Where a value stands in its document: `spec.containers[0].name`, `data[a.txt]`. Its text is made only where
/// something is wrong there.
package indirect enum FieldPath: Sendable, CustomStringConvertible {
    case root
    case member(FieldPath, String)
    case index(FieldPath, Int)
    case key(FieldPath, String)

    package var description: String {
        switch self {
        case .root: ""
        case .member(.root, let name): name
        case .member(let parent, let name): "\(parent).\(name)"
        case .index(let parent, let index): "\(parent)[\(index)]"
        case .key(let parent, let key): "\(parent)[\(key)]"
        }
    }
}
