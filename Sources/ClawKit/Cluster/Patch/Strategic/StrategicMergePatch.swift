public import ClawDocuments
import ClawSchemas

/// Kubernetes' strategic merge patch: a merge patch that also merges lists, by the schema's merge keys, and knows
/// directives (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`). `kubectl apply` and
/// `kubectl edit` send it.
/// <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md>
public struct StrategicMergePatch: Sendable {
    let types: SchemaTable

    public init(types: SchemaTable) { self.types = types }

    /// - Throws: 400 for a patch or directive of the wrong form, 500 (as Kubernetes) for a missing merge key, an
    ///   unknown `$patch` or an element order that does not match.
    public func apply(_ patch: JSON, to object: JSONObject, schema: Schema) throws(PatchError) -> JSONObject {
        guard let patch = patch.object ?? (patch.isNull ? [:] : nil) else {
            throw .badRequest(
                "json: cannot unmarshal \(GoText.kind(of: patch)) into Go value of type map[string]interface {}")
        }
        return try merge(patch, into: object, as: .record(schema))
    }

    /// What is known of an object's members.
    enum Shape {
        case record(Schema)
        case map(Schema.FieldType)
        case unknown

        func field(_ name: String) -> Schema.Field? {
            switch self {
            case .record(let schema): schema[name]
            case .map(let type): Schema.Field(name: name, type: type)
            case .unknown: nil
            }
        }
    }

    private func shape(of type: Schema.FieldType?) -> Shape {
        switch type {
        case .object(let name): types[name].map(Shape.record) ?? .unknown
        case .map(let value): .map(value)
        case .list(let element): shape(of: element)
        default: .unknown
        }
    }

    // MARK: objects

    func merge(_ patch: JSONObject, into original: JSONObject, as shape: Shape) throws(PatchError) -> JSONObject {
        if let directive = patch[Directive.patch] { return try replace(by: patch, directive: directive) }
        var members = MemberEditor(try retainKeys(of: original, patch))
        let ordered = try mergeOrderedLists(patch, into: &members, as: shape)
        for (name, value) in patch where !ordered.contains(name) && !Directive.isOrderOrRetain(name) {
            if name.hasPrefix(Directive.deleteFromPrimitiveList) {
                try deleteFromList(named: name, value, in: &members, as: shape)
            } else {
                try merge(value, intoMember: name, of: &members, as: shape)
            }
        }
        return members.object
    }

    private func replace(by patch: JSONObject, directive: JSON) throws(PatchError) -> JSONObject {
        switch directive.string {
        case "replace":
            var replacement = patch
            replacement[Directive.patch] = nil
            return replacement.withoutNulls
        case "delete": return [:]
        default: throw Self.unknownDirective(directive, in: patch)
        }
    }

    private func merge(
        _ value: JSON, intoMember name: String, of members: inout MemberEditor, as shape: Shape
    ) throws(PatchError) {
        let field = shape.field(name)
        switch (members[name], value) {
        case (_, .null): try members.set(name, nil)
        case (.object(let old)?, .object(let patch)):
            if field?.replacesOnPatch == true {
                try members.set(name, value.withoutNulls)
            } else {
                let merged = try merge(patch, into: old, as: self.shape(of: field?.type))
                // Kubernetes' documents do not hold empty maps; an empty object may mean something.
                let vanishes = if case .map? = field?.type { merged.isEmpty } else { false }
                try members.set(name, vanishes ? nil : .object(merged))
            }
        case (.array(let old)?, .array(let patch)):
            try members.setList(name, mergeList(patch, into: old, field))
        default: try members.set(name, Directive.stripped(value))
        }
    }

    private func retainKeys(of original: JSONObject, _ patch: JSONObject) throws(PatchError) -> JSONObject {
        guard let directive = patch[Directive.retainKeys] else { return original }
        let malformed = PatchError.badRequest("invalid patch format of retainKeys")
        guard let list = directive.array else { throw malformed }
        let kept = Set(list.compactMap(\.string))
        for (name, value) in patch where !value.isNull && !Directive.isDirective(name) {
            guard kept.contains(name) else { throw malformed }
        }
        var result = original
        result.removeAll { name, _ in !kept.contains(name) }
        return result
    }

    // MARK: lists

    /// Merges each list that `$setElementOrder/NAME` orders. Answers their names.
    private func mergeOrderedLists(
        _ patch: JSONObject, into members: inout MemberEditor, as shape: Shape
    ) throws(PatchError) -> Set<String> {
        var done: Set<String> = []
        for (key, directive) in patch where key.hasPrefix(Directive.setElementOrder) {
            guard let name = Directive.argument(of: key, Directive.setElementOrder) else {
                throw .badRequest("invalid patch format of setElementOrder list")
            }
            guard let order = directive.array else { throw Self.wrongType(directive) }
            let old = try list(members[name])
            let new = try list(patch[name])
            guard let field = shape.field(name) else {
                throw .unexpected("unable to find api field in struct for the json field \"\(name)\"")
            }
            let lists = StrategicLists(mergeKey: field.patchMergeKey)
            try lists.check(new ?? [], against: order)
            let merged: [JSON]
            switch (old, new) {
            case (let old?, let new?): merged = try mergeList(new, into: old, field)
            case (let old?, nil): merged = old
            case (nil, let new?): merged = Directive.stripped(.array(new))?.array ?? []
            case (nil, nil): continue
            }
            try members.setList(name, try lists.arrange(merged, first: order, others: old ?? []))
            done.insert(name)
        }
        return done
    }

    private func list(_ value: JSON?) throws(PatchError) -> [JSON]? {
        guard let value else { return nil }
        guard let list = value.array else { throw Self.wrongType(value) }
        return list
    }

    private func mergeList(
        _ patch: [JSON], into original: [JSON], _ field: Schema.Field?
    ) throws(PatchError) -> [JSON] {
        guard let field, field.mergesOnPatch else { return patch.map(\.withoutNulls) }
        let shape = shape(of: field.type)
        return try StrategicLists(mergeKey: field.patchMergeKey).merge(patch, into: original) {
            (patch, original) throws(PatchError) in try merge(patch, into: original, as: shape)
        }
    }

    private func deleteFromList(
        named key: String, _ value: JSON, in members: inout MemberEditor, as shape: Shape
    ) throws(PatchError) {
        guard let name = Directive.argument(of: key, Directive.deleteFromPrimitiveList) else {
            throw .badRequest("invalid patch format of primitive list")
        }
        if value.isNull { return try members.set(name, nil) }
        guard case .array(let old)? = members[name], let unwanted = value.array else { return }
        let removed = Set(unwanted)
        try members.setList(name, old.filter { !removed.contains($0) })
    }

    // MARK: errors

    static func unknownDirective(_ directive: JSON, in patch: JSONObject) -> PatchError {
        .unexpected("unknown patch type: \(GoText.value(directive)) in map: \(GoText.map(patch))")
    }

    static func wrongType(_ value: JSON, expected: JSON = []) -> PatchError {
        .unexpected("expected a \(GoText.type(of: expected)), but received a \(GoText.type(of: value))")
    }
}

extension MemberEditor {
    /// A list that became empty is removed: Kubernetes' documents leave empty lists out.
    fileprivate mutating func setList(_ name: String, _ list: [JSON]) throws(PatchError) {
        try set(name, list.isEmpty ? nil : .array(list))
    }
}
