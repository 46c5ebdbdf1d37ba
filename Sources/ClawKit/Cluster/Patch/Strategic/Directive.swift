import ClawDocuments

/// The member names with which a strategic merge patch says more than values.
enum Directive {
    static let patch = "$patch"
    static let retainKeys = "$retainKeys"
    static let setElementOrder = "$setElementOrder"
    static let deleteFromPrimitiveList = "$deleteFromPrimitiveList"

    static func isOrderOrRetain(_ name: String) -> Bool {
        name == retainKeys || name.hasPrefix(setElementOrder)
    }

    static func isDirective(_ name: String) -> Bool {
        name.utf8.first == UInt8(ascii: "$")
            && (name == patch || isOrderOrRetain(name) || name.hasPrefix(deleteFromPrimitiveList))
    }

    /// The list that `$directive/NAME` speaks of.
    static func argument(of key: String, _ directive: String) -> String? {
        guard key.hasPrefix(directive + "/") else { return nil }
        return String(key.dropFirst(directive.count + 1))
    }

    /// A patch's value where the object has nothing to merge it into: nulls and directives have no meaning there,
    /// and an object with `$patch` is nothing at all.
    static func stripped(_ value: JSON) -> JSON? {
        switch value {
        case .object(let object):
            guard object[patch] == nil else { return nil }
            return .object(
                JSONObject(
                    distinct: object.lazy.compactMap { name, value in
                        if value.isNull || isDirective(name) { return nil }
                        return stripped(value).map { (name: name, value: $0) }
                    }))
        case .array(let elements): return .array(elements.compactMap(stripped))
        default: return value
        }
    }
}
