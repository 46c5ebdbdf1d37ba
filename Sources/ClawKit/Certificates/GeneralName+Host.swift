import SwiftASN1
import X509

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension GeneralName {
    /// An IP address where `host` is one (RFC 5280, section 4.2.1.6: its bytes in network order), else a DNS name.
    init(host: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, host, &four) == 1 {
            self = .ipAddress(ASN1OctetString(contentBytes: withUnsafeBytes(of: four) { Array($0)[...] }))
        } else if inet_pton(AF_INET6, host, &six) == 1 {
            self = .ipAddress(ASN1OctetString(contentBytes: withUnsafeBytes(of: six) { Array($0)[...] }))
        } else {
            self = .dnsName(host)
        }
    }
}
