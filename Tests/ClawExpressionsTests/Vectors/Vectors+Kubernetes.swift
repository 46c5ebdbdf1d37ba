// Derived from the tests of Kubernetes 1.36's own function libraries (Apache License 2.0); "!" stands for an error.

extension Vectors {
    static let kubernetes = ###"""
        ip("192.168.0.1.0")  ⇒  !
        isIP("192.168.0.1")  ⇒  true
        isIP("192.168.0.1.0")  ⇒  false
        ip.isCanonical("127.0.0.1")  ⇒  true
        ip.isCanonical("127.0.0.1.0")  ⇒  !
        ip("192.168.0.1").family()  ⇒  4
        ip("0.0.0.0").isUnspecified()  ⇒  true
        ip("127.0.0.1").isUnspecified()  ⇒  false
        ip("127.0.0.1").isLoopback()  ⇒  true
        ip("1.2.3.4").isLoopback()  ⇒  false
        ip("224.0.0.1").isLinkLocalMulticast()  ⇒  true
        ip("224.0.1.1").isLinkLocalMulticast()  ⇒  false
        ip("169.254.169.254").isLinkLocalUnicast()  ⇒  true
        ip("192.168.0.1").isLinkLocalUnicast()  ⇒  false
        ip("192.168.0.1").isGlobalUnicast()  ⇒  true
        ip("255.255.255.255").isGlobalUnicast()  ⇒  false
        ip("2001:db8:::68")  ⇒  !
        isIP("2001:db8::68")  ⇒  true
        isIP("2001:db8:::68")  ⇒  false
        ip.isCanonical("2001:db8::68")  ⇒  true
        ip.isCanonical("2001:DB8::68")  ⇒  false
        ip.isCanonical("2001:db8:::68")  ⇒  !
        ip("2001:db8::68").family()  ⇒  6
        ip("::").isUnspecified()  ⇒  true
        ip("::1").isUnspecified()  ⇒  false
        ip("::1").isLoopback()  ⇒  true
        ip("2001:db8::abcd").isLoopback()  ⇒  false
        ip("ff02::1").isLinkLocalMulticast()  ⇒  true
        ip("fd00::1").isLinkLocalMulticast()  ⇒  false
        ip("fe80::1").isLinkLocalUnicast()  ⇒  true
        ip("fd80::1").isLinkLocalUnicast()  ⇒  false
        ip("2001:db8::abcd").isGlobalUnicast()  ⇒  true
        ip("ff00::1").isGlobalUnicast()  ⇒  false
        isIP(cidr("192.168.0.0/24"))  ⇒  !
        string(ip("192.168.0.1"))  ⇒  "192.168.0.1"
        type(ip("192.168.0.1")) == net.IP  ⇒  true
        cidr("192.168.0.0/")  ⇒  !
        cidr("192.168.0.0/24").containsIP(ip("192.168.0.1"))  ⇒  true
        cidr("192.168.0.0/24").containsIP(ip("192.168.1.1"))  ⇒  false
        cidr("192.168.0.0/24").containsIP("192.168.0.1")  ⇒  true
        cidr("192.168.0.0/24").containsIP("192.168.1.1")  ⇒  false
        cidr("192.168.0.0/24").containsCIDR(cidr("192.168.0.0/25"))  ⇒  true
        cidr("192.168.0.0/24").containsCIDR(cidr("192.168.0.1/32"))  ⇒  true
        cidr("192.168.0.0/24").containsCIDR(cidr("192.168.0.0/23"))  ⇒  false
        cidr("192.168.0.0/24").containsCIDR(cidr("192.169.0.1/32"))  ⇒  false
        cidr("192.168.0.0/24").containsCIDR("192.168.0.0/25")  ⇒  true
        cidr("192.168.0.0/24").containsCIDR("192.168.0.0/23")  ⇒  false
        cidr("192.168.0.0/24").prefixLength()  ⇒  24
        cidr("2001:db8::/")  ⇒  !
        cidr("2001:db8::/32").containsIP(ip("2001:db8::1"))  ⇒  true
        cidr("2001:db8::/32").containsIP(ip("2001:dc8::1"))  ⇒  false
        cidr("2001:db8::/32").containsIP("2001:db8::1")  ⇒  true
        cidr("2001:db8::/32").containsIP("2001:dc8::1")  ⇒  false
        cidr("2001:db8::/32").containsCIDR(cidr("2001:db8::/33"))  ⇒  true
        cidr("2001:db8::/32").containsCIDR(cidr("2001:db8::/31"))  ⇒  false
        cidr("2001:db8::/32").containsCIDR("2001:db8::/33")  ⇒  true
        cidr("2001:db8::/32").containsCIDR("2001:db8::/31")  ⇒  false
        cidr("2001:db8::/32").prefixLength()  ⇒  32
        string(cidr("192.168.0.0/24"))  ⇒  "192.168.0.0/24"
        type(cidr("192.168.0.0/24")) == net.CIDR  ⇒  true
        isQuantity("20")  ⇒  true
        isQuantity("20M")  ⇒  true
        isQuantity("20Mi")  ⇒  true
        isQuantity("20Mo")  ⇒  false
        isQuantity("10Mm")  ⇒  false
        quantity("200M") == quantity("200M")  ⇒  true
        quantity("200M") == quantity("0.2G") && quantity("0.2G") == quantity("200M")  ⇒  true
        quantity("2M") == quantity("0.002G") && quantity("2000k") == quantity("2M") && quantity("0.002G") == quantity("2000k")  ⇒  true
        quantity("200M") == quantity("0.3G")  ⇒  false
        quantity("50M").isLessThan(quantity("50Mi"))  ⇒  true
        quantity("50M").isLessThan(quantity("100M"))  ⇒  true
        quantity("100M").isLessThan(quantity("50M"))  ⇒  false
        quantity("50Mi").isGreaterThan(quantity("50M"))  ⇒  true
        quantity("150Mi").isGreaterThan(quantity("100Mi"))  ⇒  true
        quantity("50M").isGreaterThan(quantity("100M"))  ⇒  false
        quantity("200M").compareTo(quantity("0.2G"))  ⇒  0
        quantity("50M").compareTo(quantity("50Mi"))  ⇒  -1
        quantity("50Mi").compareTo(quantity("50M"))  ⇒  1
        quantity("50k").add(quantity("20")) == quantity("50.02k")  ⇒  true
        quantity("50k").add(20).isLessThan(quantity("50020"))  ⇒  false
        quantity("50k").sub(quantity("20")) == quantity("49.98k")  ⇒  true
        quantity("50k").sub(20) == quantity("49980")  ⇒  true
        quantity("50k").add(20).sub(quantity("100k")).asInteger()  ⇒  -49980
        quantity("50k").add(20).sub(quantity("100k")).sub(-50000).asInteger()  ⇒  20
        quantity("50k").asInteger()  ⇒  50000
        quantity("50").isInteger()  ⇒  true
        quantity("50.703k").asApproximateFloat()  ⇒  50703
        isSemver("1.2.3-beta.1+build.1")  ⇒  true
        isSemver("")  ⇒  false
        isSemver("v1.0.0")  ⇒  false
        isSemver(" 1.0.0")  ⇒  false
        isSemver("1. 0.0")  ⇒  false
        isSemver("1.0.0 ")  ⇒  false
        isSemver("01.01.01")  ⇒  false
        isSemver("1")  ⇒  false
        isSemver("1.1")  ⇒  false
        isSemver("", true)  ⇒  false
        isSemver(" 1.0.0", true)  ⇒  false
        isSemver("1. 0.0", true)  ⇒  false
        isSemver("1.0.0 ", true)  ⇒  false
        isSemver("v1.0.0", true)  ⇒  true
        isSemver("01.01.01", true)  ⇒  true
        isSemver("1", true)  ⇒  true
        isSemver("1.1", true)  ⇒  true
        semver("v01.01", true) == semver("1.1.0")  ⇒  true
        semver("1.2.3") == semver("1.2.3")  ⇒  true
        semver("1.2.3") == semver("1.0.0")  ⇒  false
        semver("1.0.0").isLessThan(semver("1.2.3"))  ⇒  true
        semver("1.0.0").isLessThan(semver("1.0.0"))  ⇒  false
        semver("1.2.3").isGreaterThan(semver("1.0.0"))  ⇒  true
        semver("1.0.0").isGreaterThan(semver("1.0.0"))  ⇒  false
        semver("1.2.3").compareTo(semver("1.2.3"))  ⇒  0
        semver("1.0.0").compareTo(semver("1.2.3"))  ⇒  -1
        semver("1.2.3").compareTo(semver("1.0.0"))  ⇒  1
        semver("1.2.3").major()  ⇒  1
        semver("1.2.3").minor()  ⇒  2
        semver("1.2.3").patch()  ⇒  3
        format.dns1123Label().validate("my-label-name")  ⇒  optional.none()
        format.dns1123Subdomain().validate("apiextensions.k8s.io")  ⇒  optional.none()
        format.qualifiedName().validate("apiextensions.k8s.io/v1beta1")  ⇒  optional.none()
        format.dns1123LabelPrefix().validate("my-label-prefix-")  ⇒  optional.none()
        format.dns1123SubdomainPrefix().validate("mysubdomain.prefix.-")  ⇒  optional.none()
        format.dns1035LabelPrefix().validate("my-label-prefix-")  ⇒  optional.none()
        format.uri().validate("http://example.com")  ⇒  optional.none()
        format.uuid().validate("123e4567-e89b-12d3-a456-426614174000")  ⇒  optional.none()
        format.byte().validate("aGVsbG8=")  ⇒  optional.none()
        format.date().validate("2021-01-01")  ⇒  optional.none()
        format.datetime().validate("2021-01-01T00:00:00Z")  ⇒  optional.none()
        format.dns1123Label().validate("contains a space")  ⇒  optional.of(["a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"])
        format.dns1123Subdomain().validate("contains a space")  ⇒  optional.of(["a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"])
        format.dns1035Label().validate("contains a space")  ⇒  optional.of(["a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"])
        format.qualifiedName().validate("contains a space")  ⇒  optional.of(["name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"])
        format.dns1123LabelPrefix().validate("contains a space-")  ⇒  optional.of(["a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"])
        format.dns1123SubdomainPrefix().validate("contains a space-")  ⇒  optional.of(["a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"])
        format.dns1035LabelPrefix().validate("contains a space-")  ⇒  optional.of(["a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"])
        format.dns1123Label().validate("my-label-name")  ⇒  optional.none()
        format.dns1123Subdomain().validate("example.com")  ⇒  optional.none()
        format.dns1035Label().validate("my-label-name")  ⇒  optional.none()
        format.qualifiedName().validate("my.name")  ⇒  optional.none()
        format.date().validate("2020-01-01")  ⇒  optional.none()
        format.date().validate("2020-01-32")  ⇒  optional.of(["invalid date"])
        format.datetime().validate("2020-01-01T00:00:00Z")  ⇒  optional.none()
        format.datetime().validate("2020-01-32T00:00:00Z")  ⇒  optional.of(["invalid datetime"])
        format.named("unknown").hasValue()  ⇒  false
        format.labelValue().validate("my-cool-label-Value")  ⇒  optional.none()
        """###
}
