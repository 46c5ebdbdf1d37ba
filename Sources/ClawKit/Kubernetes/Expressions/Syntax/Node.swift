/// A node of an expression's syntax tree.
///
/// Nodes are made by the parser, typed by the checker and then turned into immutable ``Step``s; they never leave the
/// compilation.
final class Node {
    indirect enum Kind {
        case literal(Value)
        case identifier(String)
        /// `operand.field`, or only whether it is there: `has(operand.field)`.
        case select(Node, String, isTest: Bool)
        case call(String, target: Node?, [Node])
        case list([Element])
        case map([Entry])
        case message(String, [Field])
        case comprehension(Comprehension)
    }

    struct Element {
        let node: Node
        let isOptional: Bool
    }

    struct Entry {
        let key: Node
        let value: Node
        let isOptional: Bool
    }

    struct Field {
        let name: String
        let value: Node
        let isOptional: Bool
        let position: Int
    }

    /// A loop over a list's elements or a map's keys that folds into an accumulator.
    struct Comprehension {
        let range: Node
        let variable: String
        let variable2: String?
        let accumulator: String
        let initial: Node
        let condition: Node
        let step: Node
        let result: Node
        let purpose: Purpose
    }

    /// What a comprehension is for. The interpreter runs these directly; the nodes are parts of the comprehension's.
    enum Purpose {
        case all(Node)
        case exists(Node)
        case existsOne(Node)
        /// A list of the elements that pass the filter.
        case gather(filter: Node?, Node)
        /// A map of entries; without a key, the value is a map of one entry.
        case insert(filter: Node?, key: Node?, Node)
        /// The accumulator's value under its name in the result.
        case bind
    }

    var kind: Kind
    /// The offset of the node's characteristic token, in code points.
    let position: Int
    /// How many levels are below.
    let height: Int
    /// Set by the checker.
    var type: ExpressionType?
    var overloads: [Overload] = []
    /// Whether an identifier names a type or constant of the environment rather than a variable.
    var constant: Value?

    init(_ kind: Kind, at position: Int) {
        self.kind = kind
        self.position = position
        height = 1 + (Self.children(kind).map(\.height).max() ?? 0)
    }

    private static func children(_ kind: Kind) -> [Node] {
        switch kind {
        case .literal, .identifier: []
        case .select(let operand, _, _): [operand]
        case .call(_, let target, let arguments): arguments + (target.map { [$0] } ?? [])
        case .list(let elements): elements.map(\.node)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .message(_, let fields): fields.map(\.value)
        case .comprehension(let loop): [loop.range, loop.initial, loop.condition, loop.step, loop.result]
        }
    }

    /// The dotted name that an identifier or a chain of selections spells; nil where it is something else.
    var qualifiedName: String? {
        switch kind {
        case .identifier(let name): name
        case .select(let operand, let field, isTest: false): operand.qualifiedName.map { "\($0).\(field)" }
        default: nil
        }
    }
}
