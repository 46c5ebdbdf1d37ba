import ClawBase
import ClawDocuments
import ClawSchemas

/// Which addresses and node ports services have: of 10.96.0.0/16 and 30000–32767. Nothing routes the addresses; clients
/// expect them.
/// <https://kubernetes.io/docs/concepts/services-networking/service/>
struct ServiceAddresses {
    private static let network: UInt32 = 10 << 24 | 96 << 16
    private static let ports: ClosedRange<Int64> = 30000...32767

    private let index: ServiceAddressIndex
    private let key: ObjectStore.Key
    /// What the service has already.
    private let before: Set<String>
    /// What it has been given here.
    private var given: Set<String> = []

    /// - Parameter before: what the service holds, by the names of ``held(by:)``.
    init(_ index: ServiceAddressIndex, for key: ObjectStore.Key, before: Set<String>) {
        (self.index, self.key, self.before) = (index, key, before)
    }

    private func isTaken(_ name: String) -> Bool { index.isTaken(name, from: key) }

    /// The addresses and ports that a service holds: `10.96.17.4`, `TCP/30080`.
    static func held(by service: JSONObject) -> Set<String> {
        guard let spec = service[.spec]?.object, spec["type"] != "ExternalName" else { return [] }
        var names: Set<String> = []
        if let address = spec["clusterIP"]?.string, address != "None", !address.isEmpty { names.insert(address) }
        for port in spec["ports"]?.array ?? [] {
            if let number = port["nodePort"]?.integer, number != 0 { names.insert(text(port, number)) }
        }
        if let number = spec["healthCheckNodePort"]?.integer, number != 0 { names.insert("TCP/\(number)") }
        return names
    }

    /// What a service was given on its way to the store: it is given up there, where the store knows it as the
    /// service's own, or where the service is refused.
    struct Reservation {
        let store: ObjectStore
        let key: ObjectStore.Key
        let names: Set<String>

        func end() { if !names.isEmpty { store.release(names, of: key) } }
    }

    private static func text(_ port: JSON, _ number: Int64) -> String {
        "\(port["protocol"]?.string ?? "TCP")/\(number)"
    }

    private static func wantsPorts(_ spec: JSONObject) -> Bool {
        spec["type"] == "NodePort" || (spec["type"] == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] != false)
    }

    private static func wantsHealthPort(_ spec: JSONObject) -> Bool {
        spec["type"] == "LoadBalancer" && spec["externalTrafficPolicy"] == "Local"
            && (spec["healthCheckNodePort"]?.integer ?? 0) == 0
    }

    mutating func give(to service: inout JSONObject, _ errors: inout FieldErrors) {
        guard var spec = service[.spec]?.object, spec["type"] != "ExternalName" else { return }
        giveAddress(&spec, &errors)
        givePorts(&spec, &errors)
        service[.spec] = .object(spec)
    }

    private mutating func giveAddress(_ spec: inout JSONObject, _ errors: inout FieldErrors) {
        let isHeadless = spec["clusterIP"] == "None"
        if (spec["clusterIP"]?.string ?? "").isEmpty {
            if let first = spec["clusterIPs"]?[0] {
                spec["clusterIP"] = first
                if let wanted = first.string, wanted != "None" { check(wanted, &errors) }
            } else {
                // A full range leaves the service without.
                guard let free = freeAddress() else { return }
                spec["clusterIP"] = .string(free)
            }
        } else if !isHeadless, let wanted = spec["clusterIP"]?.string {
            check(wanted, &errors)
        }
        guard let address = spec["clusterIP"] else { return }
        let isForeign = isHeadless && spec["selector"]?.object?.isEmpty ?? true
        spec.fillIn(["clusterIPs": [address]])
        spec.fillIn(["ipFamilies": isForeign ? ["IPv4", "IPv6"] : ["IPv4"]])
        spec.fillIn(["ipFamilyPolicy": isForeign ? "RequireDualStack" : "SingleStack"])
    }

    private func check(_ address: String, _ errors: inout FieldErrors) {
        if before.contains(address) { return }
        let field = Field(.member(.member(.root, "spec"), "clusterIPs"), [.string(address)])
        guard let number = AddressRules.version4(address[...]), number & 0xFFFF_0000 == Self.network else {
            return errors.invalid(
                field, "failed to allocate IP \(address): the provided network does not match the current range")
        }
        if isTaken(address) {
            errors.invalid(field, "failed to allocate IP \(address): provided IP is already allocated")
        }
    }

    /// The low addresses are for those who choose one themselves.
    private func freeAddress() -> String? {
        func address(_ number: Int) -> String { "10.96.\(number / 254 + 1).\(number % 254 + 1)" }
        for _ in 0..<64 {
            let address = address(Chance.number(in: 0...255 * 254 - 1))
            if !isTaken(address) { return address }
        }
        // Hardly any is left: they are looked through.
        return (0..<255 * 254).lazy.map(address).first { !isTaken($0) }
    }

    private mutating func givePorts(_ spec: inout JSONObject, _ errors: inout FieldErrors) {
        if Self.wantsPorts(spec), let list = spec["ports"]?.array {
            var ports: [JSON] = []
            for (index, var port) in list.enumerated() {
                let path = FieldPath.member(.index(.member(.member(.root, "spec"), "ports"), index), "nodePort")
                if let number = port["nodePort"]?.integer, number != 0 {
                    check(number, port, Field(path, .integer(number)), &errors)
                } else if let free = freePort(port) {
                    port["nodePort"] = .integer(free)
                    given.insert(Self.text(port, free))
                }
                ports.append(port)
            }
            spec["ports"] = .array(ports)
        }
        if Self.wantsHealthPort(spec), let free = freePort(["protocol": "TCP"]) {
            spec["healthCheckNodePort"] = .integer(free)
        }
    }

    private func check(_ number: Int64, _ port: JSON, _ field: Field, _ errors: inout FieldErrors) {
        if before.contains(Self.text(port, number)) { return }
        if !Self.ports.contains(number) {
            errors.invalid(
                field, "provided port is not in the valid range. The range of valid ports is 30000-32767")
        } else if isUsed(Self.text(port, number)) {
            errors.invalid(field, "provided port is already allocated")
        }
    }

    private func isUsed(_ port: String) -> Bool { given.contains(port) || isTaken(port) }

    private func freePort(_ port: JSON) -> Int64? {
        for _ in 0..<256 {
            let number = Int64(Chance.number(in: Int(Self.ports.lowerBound)...Int(Self.ports.upperBound)))
            if !isUsed(Self.text(port, number)) { return number }
        }
        return Self.ports.first { !isUsed(Self.text(port, $0)) }
    }

    // MARK: updates

    /// What a service has stays where a writer leaves it out; what another type does not have goes.
    static func keep(of service: inout JSONObject, from live: JSONObject) {
        guard var spec = service[.spec]?.object, let old = live[.spec]?.object else { return }
        let (type, before) = (spec["type"]?.string ?? "ClusterIP", old["type"]?.string ?? "ClusterIP")
        let addressed = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]
        if type != "ExternalName", before != "ExternalName" {
            for name in addressed where spec[name] == nil { spec[name] = old[name] }
        } else if before != "ExternalName", type == "ExternalName" {
            for name in addressed + ["internalTrafficPolicy"] where spec[name] == old[name] { spec[name] = nil }
        }
        let hasPorts: Set<String> = ["NodePort", "LoadBalancer"]
        if hasPorts.contains(before) {
            let known = Dictionary(
                (old["ports"]?.array ?? []).map { (text($0, $0["port"]?.integer ?? 0), $0["nodePort"]) }
            ) { a, _ in a }
            spec.modifyEach("ports") { port in
                let same = known[text(.object(port), port["port"]?.integer ?? 0)] ?? nil
                if hasPorts.contains(type) {
                    if (port["nodePort"]?.integer ?? 0) == 0 { port["nodePort"] = same }
                } else if port["nodePort"] == same {
                    port["nodePort"] = nil
                }
            }
            if !hasPorts.contains(type), spec["externalTrafficPolicy"] == old["externalTrafficPolicy"] {
                spec["externalTrafficPolicy"] = nil
            }
        }
        if before == "LoadBalancer" {
            for name in ["healthCheckNodePort", "allocateLoadBalancerNodePorts", "loadBalancerClass"] {
                if type == "LoadBalancer", spec[name] == nil, name == "healthCheckNodePort" { spec[name] = old[name] }
                if type != "LoadBalancer", spec[name] == old[name] { spec[name] = nil }
            }
        }
        service[.spec] = .object(spec)
    }
}
