/// What the checker has found type parameters to stand for, and whether one type can stand where another is wanted.
/// Follows the rules of cel-go's type checker, so that the same expressions pass.
struct Substitution {
    private var types: [String: ExpressionType] = [:]

    subscript(_ type: ExpressionType) -> ExpressionType? {
        get { if case .parameter(let name) = type { types[name] } else { nil } }
        set { if case .parameter(let name) = type { types[name] = newValue } }
    }

    /// The type with what is known put in; parameters nothing is known of become `dyn` where asked for.
    func apply(_ type: ExpressionType, unknownIsDyn: Bool = false) -> ExpressionType {
        if let known = self[type] { return apply(known, unknownIsDyn: unknownIsDyn) }
        if case .parameter = type { return unknownIsDyn ? .dyn : type }
        return type.replacingParameters { apply($0, unknownIsDyn: unknownIsDyn) }
    }

    /// Whether `type` fits where `wanted` is wanted; remembers what that makes of parameters only if it does.
    mutating func assign(_ type: ExpressionType, to wanted: ExpressionType) -> Bool { assign([type], to: [wanted]) }

    mutating func assign(_ list: [ExpressionType], to wanted: [ExpressionType]) -> Bool {
        var trial = self
        guard trial.fits(list, wanted) else { return false }
        self = trial
        return true
    }

    private mutating func fits(_ list: [ExpressionType], _ wanted: [ExpressionType]) -> Bool {
        guard list.count == wanted.count else { return false }
        for (type, wanted) in zip(list, wanted) where !fits(type, wanted) { return false }
        return true
    }

    private mutating func fits(_ type: ExpressionType, _ wanted: ExpressionType) -> Bool {
        if case .parameter = wanted {
            let (isValid, isKnown) = substitute(type, for: wanted)
            if isValid { return true }
            if isKnown { return false }
        }
        if case .parameter = type { return substitute(wanted, for: type).isValid }
        if type.isDynOrError || wanted.isDynOrError { return true }
        if type == .null { return Self.isNullable(wanted) }
        if wanted == .null { return Self.isNullable(type) }
        switch (type, wanted) {
        case (.type, .type): return true
        case (.list, .list), (.map, .map): return fits(type.parameters, wanted.parameters)
        case (.opaque(let a, _), .opaque(let b, _)): return a == b && fits(type.parameters, wanted.parameters)
        default: return type == wanted
        }
    }

    private static func isNullable(_ type: ExpressionType) -> Bool {
        switch type {
        case .opaque, .object, .duration, .timestamp, .null: true
        default: false
        }
    }

    private mutating func substitute(
        _ type: ExpressionType, for parameter: ExpressionType
    ) -> (isValid: Bool, isKnown: Bool) {
        if type == parameter { return (true, true) }
        if let known = self[parameter] {
            if type == known { return (true, true) }
            guard fits(type, known) else { return (false, true) }
            let general = Self.mostGeneral(type, known)
            if !occurs(parameter, in: general) { self[parameter] = general }
            return (true, true)
        }
        guard !occurs(parameter, in: type) else { return (false, false) }
        self[parameter] = type
        return (true, false)
    }

    private func occurs(_ parameter: ExpressionType, in type: ExpressionType) -> Bool {
        if type == parameter { return true }
        if case .parameter = type { return self[type].map { occurs(parameter, in: $0) } ?? false }
        return type.parameters.contains { occurs(parameter, in: $0) }
    }

    /// The more general of two types that fit each other.
    static func mostGeneral(_ a: ExpressionType, _ b: ExpressionType) -> ExpressionType {
        isEqualOrLessSpecific(a, b) ? a : b
    }

    private static func isEqualOrLessSpecific(_ a: ExpressionType, _ b: ExpressionType) -> Bool {
        if case .parameter = a { return true }
        if a == .dyn { return true }
        if case .parameter = b { return false }
        if b == .dyn { return false }
        switch (a, b) {
        case (.type, .type): return true
        case (.list, .list), (.map, .map):
            return zip(a.parameters, b.parameters).allSatisfy(isEqualOrLessSpecific)
        case (.opaque(let x, let p), .opaque(let y, let q)):
            return x == y && p.count == q.count && zip(p, q).allSatisfy(isEqualOrLessSpecific)
        default: return a == b
        }
    }
}
