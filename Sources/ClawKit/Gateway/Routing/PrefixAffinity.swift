import ClawBase

/// Which deployment has seen the beginning of a prompt before, and so has it in its cache: vLLM, SGLang and most
/// providers keep the work for a prefix, which makes the first token come many times as soon.
///
/// The prompt is cut into blocks, and each block's hash takes in all before it, so that one look-up per block finds the
/// longest known prefix. Bounded: the oldest blocks give way.
struct PrefixAffinity: Sendable {
    /// In bytes of prompt.
    static let block = 512
    /// So many blocks of a prompt are looked at: beyond them the choice is made.
    static let mostBlocks = 64

    private struct Entry: Sendable {
        var deployment: Int
        var turn: UInt64
    }

    private var known: [UInt64: Entry] = [:]
    private var turn: UInt64 = 0
    private let limit: Int

    init(limit: Int = 100_000) { self.limit = limit }

    /// The hashes of a prompt's prefixes, the shortest first.
    static func hashes(_ prompt: some Sequence<UInt8>) -> [UInt64] {
        var (hashes, hash, count) = ([UInt64](), UInt64(0xcbf2_9ce4_8422_2325), 0)
        for byte in prompt {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            count += 1
            if count % block == 0 {
                hashes.append(hash)
                if hashes.count == mostBlocks { break }
            }
        }
        return hashes
    }

    /// For each deployment that knows a part of the prompt, how many blocks of it.
    mutating func matches(_ hashes: [UInt64]) -> [Int: Int] {
        var found: [Int: Int] = [:]
        for (index, hash) in hashes.enumerated() {
            guard let entry = known[hash] else { break }
            found[entry.deployment] = index + 1
        }
        return found
    }

    /// The deployment has now seen this prompt.
    mutating func note(_ hashes: [UInt64], deployment: Int) {
        turn += 1
        for hash in hashes { known[hash] = Entry(deployment: deployment, turn: turn) }
        guard known.count > limit + limit / 4 else { return }
        // Once in a while, so that each prompt pays little for it.
        let turns = known.values.map(\.turn).sorted()
        let oldest = turns[turns.count - limit]
        known = known.filter { $0.value.turn >= oldest }
    }

    var count: Int { known.count }

    /// The same for deployments in other places; those that have none are forgotten.
    func moved(_ places: [Int: Int]) -> PrefixAffinity {
        var moved = self
        moved.known = known.compactMapValues { entry in
            places[entry.deployment].map { Entry(deployment: $0, turn: entry.turn) }
        }
        return moved
    }
}
