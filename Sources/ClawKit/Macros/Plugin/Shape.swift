#if Macros
import SwiftSyntax

/// What the spelling of a type tells of its values.
struct Shape {
    enum Kind { case text, number, bool, list, map, other }

    let kind: Kind
    let isOptional: Bool
    /// Of a list's elements or a map's values.
    let element: TypeSyntax?

    init(_ type: TypeSyntax) {
        if let optional = type.as(OptionalTypeSyntax.self) {
            let inner = Shape(optional.wrappedType)
            (kind, isOptional, element) = (inner.kind, true, inner.element)
        } else if let list = type.as(ArrayTypeSyntax.self) {
            (kind, isOptional, element) = (.list, false, list.element)
        } else if let map = type.as(DictionaryTypeSyntax.self) {
            (kind, isOptional, element) = (.map, false, map.value)
        } else {
            isOptional = false
            element = nil
            kind =
                switch type.trimmedDescription {
                case "String": .text
                case "Int", "Int32", "Double": .number
                case "Bool": .bool
                default: .other
                }
        }
    }

    /// The value that stands for absence, where the type has one.
    var absence: String? {
        if isOptional { return "nil" }
        switch kind {
        case .list: return "[]"
        case .map: return "[:]"
        default: return nil
        }
    }
}
#endif
