import ClawBase

extension KubernetesAPI {
    /// Reads, changes and writes back, again where somebody else was quicker. Where `change` changes nothing, nothing
    /// is written.
    /// - Parameters:
    ///   - subresource: `status`, to change that part and nothing else.
    ///   - change: called once per attempt, each time with the newest object.
    /// - Throws: what `change` throws; the conflict itself after ten attempts.
    public func edit<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, _ name: String, in namespace: String? = nil,
        subresource: String? = nil, time: some TimeSource = .system, _ change: (inout R) throws -> Void
    ) async throws -> R {
        var attempt = 1
        while true {
            var object = try await get(type, of: kind, name, in: namespace)
            let before = object
            try change(&object)
            if object == before { return object }
            do {
                return try await replace(object, subresource: subresource)
            } catch let error as KubernetesError where error.isConflict && attempt < 10 {
                try await time.sleep(for: Backoff.edit.delay(afterFailures: attempt))
                attempt += 1
            }
        }
    }

    /// The object of that name as it is, or, where there is none, as just created.
    public func getOrCreate<R: Resource>(_ object: R) async throws -> (object: R, wasCreated: Bool) {
        let (kind, name, namespace) = (object.resourceType, object.name, object.namespace)
        if let found = try await find(R.self, of: kind, name, in: namespace) { return (found, false) }
        do {
            return (try await create(object), true)
        } catch let error as KubernetesError where error.isAlreadyExists {
            return (try await get(R.self, of: kind, name, in: namespace), false)
        }
    }
}

extension Backoff {
    /// Between attempts to edit an object that others write to.
    static let edit = Backoff(initial: .milliseconds(10), cap: .seconds(1))
}
