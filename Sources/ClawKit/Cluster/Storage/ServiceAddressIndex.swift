import ClawDocuments
import ClawSchemas

/// Which services hold which addresses and node ports: kept with every write, so that nothing is searched for what is
/// free. What a service on its way to the store is given counts as held, so that no other gets it meanwhile. Belongs to
/// the store's state, and is looked at under its lock only.
final class ServiceAddressIndex {
    static let services = ObjectStore.Collection(group: "", plural: "services")

    /// By the names that ``ServiceAddresses/held(by:)`` gives them. One service may stand twice: as stored, and on its
    /// way.
    private var holders: [String: [ObjectStore.Key]] = [:]

    /// Whether another service than this one holds it.
    func isTaken(_ name: String, from key: ObjectStore.Key) -> Bool { holders[name]?.contains { $0 != key } ?? false }

    func update(_ key: ObjectStore.Key, old: JSONObject?, new: JSONObject?) {
        let before = old.map(ServiceAddresses.held) ?? []
        let after = new.map(ServiceAddresses.held) ?? []
        release(before.subtracting(after), of: key)
        hold(after.subtracting(before), by: key)
    }

    /// Returns what the service is to give up once it is stored, or is not going to be.
    func give(
        to service: inout JSONObject, _ key: ObjectStore.Key, from old: JSONObject?, _ errors: inout FieldErrors
    ) -> Set<String> {
        let before = old.map(ServiceAddresses.held) ?? []
        var addresses = ServiceAddresses(self, for: key, before: before)
        addresses.give(to: &service, &errors)
        guard errors.list.isEmpty else { return [] }
        let names = ServiceAddresses.held(by: service).subtracting(before)
        hold(names, by: key)
        return names
    }

    func hold(_ names: Set<String>, by key: ObjectStore.Key) {
        for name in names { holders[name, default: []].append(key) }
    }

    func release(_ names: Set<String>, of key: ObjectStore.Key) {
        for name in names {
            guard let index = holders[name]?.firstIndex(of: key) else { continue }
            holders[name]?.remove(at: index)
            if holders[name]?.isEmpty == true { holders[name] = nil }
        }
    }
}
