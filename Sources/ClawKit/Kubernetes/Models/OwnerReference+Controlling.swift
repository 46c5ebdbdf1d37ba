extension OwnerReference {
    /// The reference of a controller to what it made: deleting the owner deletes this, and in foreground deletion
    /// the owner waits for it.
    public init(controlling owner: some Resource) {
        let type = Swift.type(of: owner).type
        self.init(
            apiVersion: type.apiVersion, kind: type.kind, name: owner.name, uid: owner.uid ?? "",
            blockOwnerDeletion: true, controller: true)
    }
}

extension ObjectMeta {
    /// The reference to the one controller that manages the object.
    public var controllerReference: OwnerReference? { ownerReferences.first { $0.controller == true } }

    public func isControlled(by owner: some Resource) -> Bool {
        controllerReference.map { $0.uid == owner.uid } ?? false
    }
}
