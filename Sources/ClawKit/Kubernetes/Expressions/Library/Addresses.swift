struct AddressValue: OpaqueValue {
    static let expressionType = ExpressionType.opaque("net.IP", [])
    let address: NetworkAddress

    var type: ExpressionType { Self.expressionType }
    var size: Int { address.bytes.count }
    func isEqual(to other: any OpaqueValue) -> Bool { (other as? AddressValue)?.address == address }
}

struct NetworkValue: OpaqueValue {
    static let expressionType = ExpressionType.opaque("net.CIDR", [])
    let address: NetworkAddress
    let prefix: Int

    var type: ExpressionType { Self.expressionType }
    var size: Int { (prefix + 7) / 8 }
    func isEqual(to other: any OpaqueValue) -> Bool {
        (other as? NetworkValue).map { $0.address == address && $0.prefix == prefix } ?? false
    }

    static func parse(_ text: String) throws(EvaluationError) -> NetworkValue {
        let problem = "network address parse error during conversion from string: netip.ParsePrefix(\"\(text)\")"
        guard let slash = text.lastIndex(of: "/") else { throw EvaluationError("\(problem): no '/'") }
        let (head, tail) = (String(text[..<slash]), text[slash...].dropFirst())
        let address: NetworkAddress
        do throws(NetworkAddress.Problem) {
            address = try NetworkAddress.parse(head)
        } catch {
            throw EvaluationError(error.text.hasPrefix("IPv4-mapped") ? error.text : "\(problem): \(error.text)")
        }
        guard !tail.isEmpty, tail.utf8.allSatisfy({ (48...57).contains($0) }), tail.count == 1 || tail.first != "0",
            let prefix = Int(tail)
        else { throw EvaluationError("\(problem): bad bits after slash: \"\(tail)\"") }
        guard prefix <= address.bytes.count * 8 else { throw EvaluationError("\(problem): prefix length out of range") }
        return NetworkValue(address: address, prefix: prefix)
    }

    func contains(_ other: NetworkAddress) -> Bool {
        other.bytes.count == address.bytes.count && other.masked(prefix) == address.masked(prefix)
    }
}

extension FunctionTable {
    /// IP addresses and networks.
    mutating func addAddresses() {
        declare(
            """
            string_to_ip = ip(string) -> net.IP
            cidr_ip = net.CIDR'ip() -> net.IP
            ip_family = net.IP'family() -> int
            ip_is_canonical = ip.isCanonical(string) -> bool
            ip_is_unspecified = net.IP'isUnspecified() -> bool
            ip_is_loopback = net.IP'isLoopback() -> bool
            ip_is_link_local_multicast = net.IP'isLinkLocalMulticast() -> bool
            ip_is_link_local_unicast = net.IP'isLinkLocalUnicast() -> bool
            ip_is_global_unicast = net.IP'isGlobalUnicast() -> bool
            is_ip = isIP(string) -> bool
            ip_to_string = string(net.IP) -> string
            string_to_cidr = cidr(string) -> net.CIDR
            cidr_contains_ip_string = net.CIDR'containsIP(string) -> bool
            cidr_contains_ip_ip = net.CIDR'containsIP(net.IP) -> bool
            cidr_contains_cidr_string = net.CIDR'containsCIDR(string) -> bool
            cidr_contains_cidr = net.CIDR'containsCIDR(net.CIDR) -> bool
            cidr_prefix_length = net.CIDR'prefixLength() -> int
            cidr_masked = net.CIDR'masked() -> net.CIDR
            is_cidr = isCIDR(string) -> bool
            cidr_to_string = string(net.CIDR) -> string
            """)
        add("ip") { a throws(EvaluationError) in
            if let network = a.opaque(0, as: NetworkValue.self) {
                return .opaque(AddressValue(address: network.address))
            }
            return try Self.address(a, 0).map { .opaque(AddressValue(address: $0)) }
        }
        add("isIP") { a throws(EvaluationError) in a.string(0).map { .bool((try? NetworkAddress.parse($0)) != nil) } }
        add("ip.isCanonical") { a throws(EvaluationError) in
            guard let text = a.string(0) else { return nil }
            return try Self.address(a, 0).map { .bool($0.text == text) }
        }
        add("family") { a throws(EvaluationError) in
            a.opaque(0, as: AddressValue.self).map { .int($0.address.bytes.count == 4 ? 4 : 6) }
        }
        for (name, test) in Self.addressTests {
            add(name) { a throws(EvaluationError) in
                a.opaque(0, as: AddressValue.self).map { .bool(test($0.address.bytes)) }
            }
        }
        add("string") { a throws(EvaluationError) in
            if let address = a.opaque(0, as: AddressValue.self) { return .string(address.address.text) }
            return a.opaque(0, as: NetworkValue.self).map { .string("\($0.address.text)/\($0.prefix)") }
        }
        addNetworks()
    }

    private mutating func addNetworks() {
        add("cidr") { a throws(EvaluationError) in
            guard let text = a.string(0) else { return nil }
            return .opaque(try NetworkValue.parse(text))
        }
        add("isCIDR") { a throws(EvaluationError) in a.string(0).map { .bool((try? NetworkValue.parse($0)) != nil) } }
        add("containsIP") { a throws(EvaluationError) in
            guard let network = a.opaque(0, as: NetworkValue.self),
                let address = try Self.address(a, 1)
            else { return nil }
            return .bool(network.contains(address))
        }
        add("containsCIDR") { a throws(EvaluationError) in
            guard let network = a.opaque(0, as: NetworkValue.self) else { return nil }
            var other = a.opaque(1, as: NetworkValue.self)
            if let text = a.string(1) { other = try NetworkValue.parse(text) }
            guard let other else { return nil }
            return .bool(network.prefix <= other.prefix && network.contains(other.address))
        }
        add("prefixLength") { a throws(EvaluationError) in
            a.opaque(0, as: NetworkValue.self).map { .int(Int64($0.prefix)) }
        }
        add("masked") { a throws(EvaluationError) in
            a.opaque(0, as: NetworkValue.self).map {
                .opaque(NetworkValue(address: $0.address.masked($0.prefix), prefix: $0.prefix))
            }
        }
    }

    private static func address(_ a: Invocation, _ index: Int) throws(EvaluationError) -> NetworkAddress? {
        if let address = a.opaque(index, as: AddressValue.self) { return address.address }
        guard let text = a.string(index) else { return nil }
        do throws(NetworkAddress.Problem) {
            return try NetworkAddress.parse(text)
        } catch {
            throw EvaluationError(error.text)
        }
    }

    private static let addressTests: [(String, @Sendable ([UInt8]) -> Bool)] = [
        ("isUnspecified", { $0.allSatisfy { $0 == 0 } }), ("isLoopback", isLoopback),
        ("isLinkLocalMulticast", isLinkLocalMulticast), ("isLinkLocalUnicast", isLinkLocalUnicast),
        ("isGlobalUnicast", isGlobalUnicast),
    ]

    private static let isLoopback: @Sendable ([UInt8]) -> Bool = { bytes in
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }
    private static let isLinkLocalMulticast: @Sendable ([UInt8]) -> Bool = { bytes in
        bytes.count == 4 ? bytes.starts(with: [224, 0, 0]) : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
    }
    private static let isLinkLocalUnicast: @Sendable ([UInt8]) -> Bool = { bytes in
        bytes.count == 4 ? bytes.starts(with: [169, 254]) : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }
    private static let isGlobalUnicast: @Sendable ([UInt8]) -> Bool = { bytes in
        let isMulticast = bytes.count == 4 ? bytes[0] & 0xF0 == 224 : bytes[0] == 0xFF
        let isSpecial = bytes.allSatisfy { $0 == 0 } || bytes == [255, 255, 255, 255]
        return !isMulticast && !isSpecial && !isLoopback(bytes) && !isLinkLocalUnicast(bytes)
    }
}
