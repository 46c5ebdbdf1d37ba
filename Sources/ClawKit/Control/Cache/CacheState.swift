import ClawBase
import ClawDocuments
import ClawKubernetes

/// What a cache knows: pure, without a watch.
///
/// Objects come by a watch and, ahead of it, by what the writers of this process are answered. Versions are compared as
/// numbers (<https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions>), so that what the watch
/// tells late never undoes what is known already.
struct CacheState<R: Resource> {
    typealias Change = ObjectCache<R>.Change

    struct Entry {
        var content: Content
        /// 0 where the server's versions are no numbers.
        var version: UInt64
        var bytes: Int
    }

    enum Content {
        case memory(R)
        case file(SpillFile.Slot)
    }

    private(set) var entries: [ObjectKey: Entry] = [:]
    private var owners = OwnerIndex()
    private var indexes: [any CacheIndex<R>] = []
    /// What was written here and has not come by the watch yet: at which version the object was written or deleted.
    private var written: [ObjectKey: UInt64] = [:]
    private var deleted: [ObjectKey: UInt64] = [:]
    private var removals = Removals()
    /// Where contents go once memory is short.
    private var file: SpillFile?
    private(set) var statistics = CacheStatistics()

    // MARK: reading

    // Without closures, which would copy all of this at each look.

    func object(_ key: ObjectKey) -> R? {
        guard let entry = entries[key] else { return nil }
        return object(entry)
    }

    private func object(_ entry: Entry) -> R? {
        switch entry.content {
        case .memory(let object): object
        case .file(let slot): file?.read(slot).map { R(document: $0, type: R.type) }
        }
    }

    var all: [R] {
        var all: [R] = []
        all.reserveCapacity(entries.count)
        for entry in entries.values { if let object = object(entry) { all.append(object) } }
        return all
    }

    func controlled(by uid: String) -> [R] {
        var found: [R] = []
        for key in owners.keys(of: uid) {
            if let object = object(key), object.controllerUID == uid { found.append(object) }
        }
        return found
    }

    /// A number that is another one when any of these objects has another version, or is another.
    func fingerprint(of keys: some Sequence<ObjectKey>) -> Int {
        var print = 0
        for key in keys {
            guard let entry = entries[key] else { continue }
            var hasher = Hasher()
            hasher.combine(key)
            hasher.combine(entry.version)
            if entry.version == 0 { hasher.combine(object(entry)?.resourceVersion) }
            // Whatever the order of the keys.
            print ^= hasher.finalize()
        }
        return print
    }

    func fingerprint(controlledBy uid: String) -> Int { fingerprint(of: owners.unsortedKeys(of: uid)) }

    // MARK: what the watch tells

    mutating func replace(with objects: [R], version: String?) -> [Change] {
        let listed = version.flatMap { UInt64($0) } ?? 0
        var changes: [Change] = []
        var present = Set<ObjectKey>(minimumCapacity: objects.count)
        for object in objects { present.insert(ObjectKey(object)) }
        for key in entries.keys where !present.contains(key) {
            // What was created here after the list was made is not in it.
            if let own = written[key], own > listed { continue }
            if let old = forget(key) { changes.append(Change(old: old, new: nil)) }
        }
        written = written.filter { $0.value > listed }
        deleted = deleted.filter { $0.value > listed }
        for object in objects {
            if let change = keep(ObjectKey(object), object) { changes.append(change) }
        }
        return changes
    }

    /// Whether the object's version, or a newer one, is here already: mostly what this process wrote itself.
    mutating func isKnown(_ object: R) -> Bool {
        let (key, version) = (ObjectKey(object), object.version)
        guard version > 0, version <= max(entries[key]?.version ?? 0, deleted[key] ?? 0) else { return false }
        if let own = written[key], version >= own { written[key] = nil }
        return true
    }

    mutating func apply(_ object: R) -> Change? { keep(ObjectKey(object), object) }

    mutating func remove(_ object: R) -> Change? {
        let key = ObjectKey(object)
        let version = object.version
        if version > 0, let entry = entries[key], entry.version > version { return nil }
        (deleted[key], written[key]) = (nil, nil)
        if version > 0 { removals.add(key, version) }
        return forget(key).map { Change(old: $0, new: nil) }
    }

    /// nil where the cache has this version already, or a newer one.
    private mutating func keep(_ key: ObjectKey, _ object: R) -> Change? {
        let version = object.version
        if let gone = deleted[key] {
            if version <= gone { return nil }
            deleted[key] = nil
        }
        if let own = written[key], version >= own { written[key] = nil }
        return enter(key, object, version)
    }

    private mutating func enter(_ key: ObjectKey, _ object: R, _ version: UInt64) -> Change? {
        var old: R?
        if let entry = entries[key] {
            if version > 0, version <= entry.version { return nil }
            old = self.object(entry)
            if version == 0, old?.resourceVersion != nil, old?.resourceVersion == object.resourceVersion { return nil }
            release(entry)
        }
        let bytes = object.document.byteCount
        let content = file?.append(object.document).map(Content.file) ?? .memory(object)
        entries[key] = Entry(content: content, version: version, bytes: bytes)
        count(content, bytes, 1)
        reindex(key, old, object)
        return Change(old: old, new: object)
    }

    private mutating func forget(_ key: ObjectKey) -> R? {
        guard let entry = entries.removeValue(forKey: key) else { return nil }
        let old = object(entry)
        reindex(key, old, nil)
        release(entry)
        return old
    }

    private mutating func reindex(_ key: ObjectKey, _ old: R?, _ new: R?) {
        let (former, present) = (old?.controllerUID, new?.controllerUID)
        if former != present {
            if let former { owners.remove(key, owner: former) }
            if let present { owners.insert(key, owner: present) }
        }
        for index in indexes { index.change(key, from: old, to: new) }
    }

    private mutating func release(_ entry: Entry) {
        count(entry.content, entry.bytes, -1)
        if case .file(let slot) = entry.content { file?.free(slot) }
    }

    private mutating func count(_ content: Content, _ bytes: Int, _ sign: Int) {
        statistics.objects += sign
        switch content {
        case .memory: statistics.bytesInMemory += sign * bytes
        case .file: statistics.bytesOnDisk += sign * bytes
        }
    }

    // MARK: what writers are answered

    /// An object as the server answered a write with it. nil where the watch was quicker, also with the object's end: the
    /// write that took away its last finalizer is answered with the object.
    mutating func noteWritten(_ object: R) -> Change? {
        let (key, version) = (ObjectKey(object), object.version)
        guard version > 0, version > entries[key]?.version ?? 0, version > deleted[key] ?? 0,
            version > removals[key]
        else { return nil }
        deleted[key] = nil
        written[key] = version
        return enter(key, object, version)
    }

    /// The server has deleted the object, at that version where it told.
    mutating func noteDeleted(_ key: ObjectKey, uid: String?, version: UInt64) -> Change? {
        guard let entry = entries[key], entry.version > 0 else { return nil }
        // Made anew meanwhile.
        if let uid, object(entry)?.uid != uid { return nil }
        deleted[key] = max(version, entry.version)
        written[key] = nil
        return forget(key).map { Change(old: $0, new: nil) }
    }

    // MARK: indexes and memory

    mutating func add(_ index: some CacheIndex<R>) {
        for (key, entry) in entries { if let object = object(entry) { index.change(key, from: nil, to: object) } }
        indexes.append(index)
    }

    /// Moves all contents out of memory, those to come too.
    mutating func spill(to file: SpillFile) {
        guard self.file == nil else { return }
        self.file = file
        for (key, entry) in entries {
            guard case .memory(let object) = entry.content, let slot = file.append(object.document) else { continue }
            entries[key]?.content = .file(slot)
            count(entry.content, entry.bytes, -1)
            count(.file(slot), entry.bytes, 1)
        }
    }

    var isSpilled: Bool { file != nil }
}

extension Resource {
    /// 0 where it is no number.
    fileprivate var version: UInt64 { resourceVersion.flatMap { UInt64($0) } ?? 0 }

    /// The uid of the owner that controls this object.
    var controllerUID: String? { metadata.ownerReferences.first { $0.controller == true }?.uid }
}
