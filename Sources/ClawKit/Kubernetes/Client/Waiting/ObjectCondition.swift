/// Something to wait for, as a value: `.ready && !.condition("Degraded")`.
///
/// Conditions look at one object, or at its absence, and say in words what is still missing.
public struct ObjectCondition<R: Resource>: Sendable {
    /// How an object stands to a condition.
    public enum Verdict: Sendable, Hashable {
        case met
        /// What is missing: "2 of 3 replicas are available".
        case unmet(String)
        /// It will not come: "the job has failed". Waiting ends at once.
        case impossible(String)
    }

    /// In words, behind "is not": `ready`.
    public let name: String
    /// The object is nil where there is none.
    public let judge: @Sendable (R?) -> Verdict

    public init(_ name: String, judge: @escaping @Sendable (R?) -> Verdict) {
        (self.name, self.judge) = (name, judge)
    }

    /// Met by an object of which that is true.
    public init(_ name: String, where isMet: @escaping @Sendable (R) -> Bool) {
        self.init(name) { object in
            guard let object else { return .unmet("there is no such object") }
            return isMet(object) ? .met : .unmet("it is not \(name)")
        }
    }
}

extension ObjectCondition {
    public static var exists: Self {
        Self("there") { $0 == nil ? .unmet("there is no such object") : .met }
    }

    /// No object has the name.
    public static var deleted: Self {
        Self("deleted") { object in
            guard let object else { return .met }
            let finalizers = object.metadata.finalizers
            if !object.isBeingDeleted { return .unmet("its deletion has not been asked for") }
            return .unmet(finalizers.isEmpty ? "it is ending" : "held by \(finalizers.joined(separator: ", "))")
        }
    }

    /// The object of that identity is gone; another may have taken its name.
    public static func deleted(uid: String) -> Self {
        Self("deleted") { object in object?.uid == uid ? Self.deleted.judge(object) : .met }
    }

    /// One of `status.conditions` has that status.
    public static func condition(_ type: String, _ status: String = "True") -> Self {
        Self(status == "True" ? type : "\(type)=\(status)") { object in
            guard let object else { return .unmet("there is no such object") }
            guard let condition = object.document.condition(type) else { return .unmet("it has no condition \(type)") }
            let found = condition.string(.status) ?? ""
            if found == status { return .met }
            let why = [condition.string(.reason), condition.string(.message)].compactMap(\.self).filter { !$0.isEmpty }
            return .unmet("\(type) is \(found)\(why.isEmpty ? "" : " (\(why.joined(separator: ": ")))")")
        }
    }

    public static func && (a: Self, b: @autoclosure () -> Self) -> Self {
        let b = b()
        return Self("\(a.name) and \(b.name)") { object in
            switch (a.judge(object), b.judge(object)) {
            case (.impossible(let why), _), (_, .impossible(let why)): .impossible(why)
            case (.unmet(let one), .unmet(let two)): .unmet("\(one); \(two)")
            case (.unmet(let why), .met), (.met, .unmet(let why)): .unmet(why)
            case (.met, .met): .met
            }
        }
    }

    public static func || (a: Self, b: @autoclosure () -> Self) -> Self {
        let b = b()
        return Self("\(a.name) or \(b.name)") { object in
            switch (a.judge(object), b.judge(object)) {
            case (.met, _), (_, .met): .met
            case (.impossible(let one), .impossible(let two)): .impossible("\(one); \(two)")
            case (.impossible, .unmet(let why)), (.unmet(let why), .impossible): .unmet(why)
            case (.unmet(let one), .unmet(let two)): .unmet("\(one); \(two)")
            }
        }
    }

    public static prefix func ! (condition: Self) -> Self {
        Self("not \(condition.name)") { object in
            condition.judge(object) == .met ? .unmet("it is \(condition.name)") : .met
        }
    }
}

extension JSONObject {
    /// The member of `status.conditions` of that type.
    func condition(_ type: String) -> JSONObject? {
        self[.status]?.object?.values(.conditions).lazy.compactMap(\.object).first { $0.string(.type) == type }
    }
}
