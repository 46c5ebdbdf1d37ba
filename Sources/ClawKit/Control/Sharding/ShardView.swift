/// Whom a replica believes to share the work at a moment, and so who has which key.
///
/// Keys go by rendezvous hashing: each key to the member whose hash with it is the greatest. When a member comes or
/// goes, only its own keys move.
public struct ShardView: Sendable, Hashable {
    /// The identities, sorted.
    public let members: [String]
    /// Greater than that of every earlier view of the same members' doing: two views of one number are the same.
    public let epoch: Int
    private let hashes: [UInt64]

    init(_ members: some Sequence<String>, epoch: Int) {
        self.members = members.sorted()
        self.epoch = epoch
        hashes = self.members.map { Rendezvous.hash($0) }
    }

    /// The member that has a key; nil where there are no members.
    public func owner(of key: ObjectKey) -> String? {
        let hash = Rendezvous.hash(key.namespace, key.name)
        var best: (score: UInt64, index: Int)?
        for (index, member) in hashes.enumerated() {
            let score = Rendezvous.score(hash, member)
            if best.map({ score > $0.score }) ?? true { best = (score, index) }
        }
        return best.map { members[$0.index] }
    }

    /// The view in a few words, for an annotation.
    var stamp: ShardStamp {
        ShardStamp(epoch: epoch, members: Rendezvous.hash(members.joined(separator: "\n")))
    }
}

/// What a member publishes of its view: equal stamps are equal views.
struct ShardStamp: Sendable, Hashable {
    let epoch: Int
    /// A hash of all members' identities.
    let members: UInt64

    init(epoch: Int, members: UInt64) { (self.epoch, self.members) = (epoch, members) }

    /// `12-9f86d081884c7d65`
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let epoch = Int(parts[0]), epoch >= 0, let members = UInt64(parts[1], radix: 16) else {
            return nil
        }
        self.init(epoch: epoch, members: members)
    }

    var text: String { "\(epoch)-\(String(members, radix: 16))" }
}

/// Hashes that are the same in every process.
enum Rendezvous {
    /// FNV-1a, stirred; a byte that no text has stands between texts.
    static func hash(_ texts: String...) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for text in texts {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x0000_0100_0000_01B3
        }
        return stir(hash)
    }

    static func score(_ key: UInt64, _ member: UInt64) -> UInt64 { stir(key ^ stir(member)) }

    /// The finalizer of SplitMix64.
    private static func stir(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
