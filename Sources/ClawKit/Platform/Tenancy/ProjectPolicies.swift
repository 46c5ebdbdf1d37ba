import ClawKubernetes
import ClawModels
import ClawResources

/// Whom the pods of a project may talk to: nobody, and then what is named.
/// <https://kubernetes.io/docs/concepts/services-networking/network-policies/>
struct ProjectPolicies {
    private let network: ProjectNetwork

    init(_ network: ProjectNetwork) { self.network = network }

    var all: [NetworkPolicy] {
        guard network.isolation == .isolated else { return [] }
        let everyone = [NetworkPolicyPeer(podSelector: LabelSelector())]
        let platform = [Self.namespace(PlatformSettings.namespace)]
        var policies = [
            policy("default-deny", ["Ingress", "Egress"]),
            policy(
                "allow-project", ["Ingress", "Egress"], from: everyone, to: [(peers: everyone, ports: [])]),
            policy("allow-dns", ["Egress"], to: [(peers: [Self.dns], ports: Self.dnsPorts)]),
            policy(
                "allow-platform", ["Ingress", "Egress"], from: platform, to: [(peers: platform, ports: [])]),
        ]
        if !network.ingressFrom.isEmpty {
            let sources = network.ingressFrom.sorted().map(Self.namespace)
            policies.append(policy("allow-ingress", ["Ingress"], from: sources))
        }
        if network.egress == .internet {
            policies.append(policy("allow-internet", ["Egress"], to: [(peers: Self.internet, ports: [])]))
        }
        return policies
    }

    private func policy(
        _ name: String, _ types: [String], from: [NetworkPolicyPeer] = [],
        to: [(peers: [NetworkPolicyPeer], ports: [NetworkPolicyPort])] = []
    ) -> NetworkPolicy {
        var spec = NetworkPolicySpec(
            egress: to.map { NetworkPolicyEgressRule(ports: $0.ports, to: $0.peers) },
            ingress: from.isEmpty ? [] : [NetworkPolicyIngressRule(from: from)], policyTypes: types)
        // An empty selector stands for all pods; left out it would be invalid.
        spec.podSelector = Self.isForAll.contains(name) ? LabelSelector() : Self.withoutOwn
        return NetworkPolicy(metadata: ObjectMeta(name: "clawkit-\(name)"), spec: spec)
    }

    // MARK: pods with a policy of their own

    /// A pod that has it is reached and reaches as a policy of its own says, and no further: what is allowed to all pods
    /// of the project would add up with that.
    static let ownLabel = "clawkit.dev/network"
    private static let isForAll: Set<String> = ["default-deny", "allow-dns", "allow-platform"]
    private static let withoutOwn = LabelSelector(
        matchExpressions: [LabelSelectorRequirement(key: ownLabel, operator: "DoesNotExist")])

    /// Reached by the platform's proxies only; reaching names, the platform, and what is allowed.
    /// - Parameter routers: namespaces of other proxies.
    static func spec(of runtime: String, _ network: RuntimeNetwork, routers: [String]) -> NetworkPolicySpec {
        spec(for: LabelSelector(matchLabels: [RuntimeCell.runtimeLabel: runtime]), network, routers: routers)
    }

    /// The same for the pods of a pool, as long as they are nobody's.
    static func spec(ofPool pool: String, _ network: RuntimeNetwork, routers: [String]) -> NetworkPolicySpec {
        let isNobodys = LabelSelectorRequirement(key: RuntimeCell.runtimeLabel, operator: "DoesNotExist")
        let own = LabelSelector(matchExpressions: [isNobodys], matchLabels: [PoolMember.poolLabel: pool, ownLabel: "own"])
        return spec(for: own, network, routers: routers)
    }

    private static func spec(
        for pods: LabelSelector, _ network: RuntimeNetwork, routers: [String]
    ) -> NetworkPolicySpec {
        let platform = [namespace(PlatformSettings.namespace)]
        var egress = [
            NetworkPolicyEgressRule(ports: dnsPorts, to: [dns]), NetworkPolicyEgressRule(to: platform),
        ]
        if network.egress == .internet { egress.append(NetworkPolicyEgressRule(to: internet)) }
        if !network.allow.isEmpty {
            egress.append(
                NetworkPolicyEgressRule(
                    to: network.allow.sorted().map { NetworkPolicyPeer(ipBlock: IPBlock(cidr: $0)) }))
        }
        var spec = NetworkPolicySpec(
            egress: egress,
            ingress: [NetworkPolicyIngressRule(from: platform + routers.sorted().map(namespace))],
            policyTypes: ["Ingress", "Egress"])
        spec.podSelector = pods
        return spec
    }

    private static func namespace(_ name: String) -> NetworkPolicyPeer {
        NetworkPolicyPeer(namespaceSelector: LabelSelector(matchLabels: ["kubernetes.io/metadata.name": name]))
    }

    private static let dns = NetworkPolicyPeer(
        namespaceSelector: LabelSelector(matchLabels: ["kubernetes.io/metadata.name": "kube-system"]),
        podSelector: LabelSelector(matchLabels: ["k8s-app": "kube-dns"]))
    private static let dnsPorts = [
        NetworkPolicyPort(port: 53, protocol: "UDP"), NetworkPolicyPort(port: 53, protocol: "TCP"),
    ]

    /// Without private addresses (RFC 1918, RFC 6598, RFC 4193), loopback and link-local ones, of which the clouds'
    /// metadata services are.
    private static let internet = [
        NetworkPolicyPeer(
            ipBlock: IPBlock(
                cidr: "0.0.0.0/0",
                except: [
                    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
                ])),
        NetworkPolicyPeer(ipBlock: IPBlock(cidr: "::/0", except: ["::1/128", "fc00::/7", "fe80::/10"])),
    ]
}
