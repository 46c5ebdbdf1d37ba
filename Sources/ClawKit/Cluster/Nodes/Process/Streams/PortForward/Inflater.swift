/// Decompresses DEFLATE (RFC 1951) piece by piece, each a whole number of blocks, with the window kept between them:
/// what SPDY's header compression comes to. Pure, and bounded in what it puts out.
struct Inflater: Sendable {
    struct Malformed: Error, Sendable { let why: String }

    private static let windowSize = 32 << 10
    private var window: [UInt8]

    /// - Parameter dictionary: what the first piece may refer back to.
    init(dictionary: [UInt8]) { window = dictionary }

    /// - Parameter limit: the most bytes put out.
    mutating func inflate(_ piece: ArraySlice<UInt8>, limit: Int) throws(Malformed) -> [UInt8] {
        var bits = BitReader(piece)
        var output = window
        let start = output.count
        var isLast = false
        while !isLast, !bits.isAtEnd {
            isLast = try bits.take(1) == 1
            switch try bits.take(2) {
            case 0: try stored(&bits, &output, start + limit)
            case 1: try coded(&bits, &output, .fixedLiterals, .fixedDistances, start + limit)
            case 2:
                let (literals, distances) = try HuffmanCode.readPair(&bits)
                try coded(&bits, &output, literals, distances, start + limit)
            default: throw Malformed(why: "an unknown kind of block")
            }
        }
        window = Array(output.suffix(Self.windowSize))
        return Array(output[start...])
    }

    private func stored(_ bits: inout BitReader, _ output: inout [UInt8], _ limit: Int) throws(Malformed) {
        bits.alignToByte()
        let (count, complement) = (try bits.take(16), try bits.take(16))
        guard count == complement ^ 0xFFFF else { throw Malformed(why: "a stored block's lengths differ") }
        guard output.count + count <= limit else { throw Malformed(why: "more than is allowed") }
        for _ in 0..<count { output.append(UInt8(try bits.take(8))) }
    }

    private static let lengthBase = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
    ]
    private static let lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
    private static let distanceBase = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
        8193, 12289, 16385, 24577,
    ]

    private func coded(
        _ bits: inout BitReader, _ output: inout [UInt8], _ literals: HuffmanCode, _ distances: HuffmanCode, _ limit: Int
    ) throws(Malformed) {
        while true {
            let symbol = try literals.decode(&bits)
            if symbol == 256 { return }
            guard symbol > 256 else {
                guard output.count < limit else { throw Malformed(why: "more than is allowed") }
                output.append(UInt8(symbol))
                continue
            }
            let index = symbol - 257
            guard index < Self.lengthBase.count else { throw Malformed(why: "an unknown length") }
            let length = Self.lengthBase[index] + (try bits.take(Self.lengthExtra[index]))
            let code = try distances.decode(&bits)
            guard code < Self.distanceBase.count else { throw Malformed(why: "an unknown distance") }
            let distance = Self.distanceBase[code] + (try bits.take(max(0, code / 2 - 1)))
            guard distance <= output.count, distance <= Self.windowSize else { throw Malformed(why: "a distance before the start") }
            guard output.count + length <= limit else { throw Malformed(why: "more than is allowed") }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }
}

/// Bits of a byte sequence, the lowest first.
struct BitReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var held = 0
    private var heldCount = 0

    init(_ bytes: ArraySlice<UInt8>) { (self.bytes, position) = (bytes, bytes.startIndex) }

    var isAtEnd: Bool { position == bytes.endIndex && heldCount == 0 }

    mutating func take(_ count: Int) throws(Inflater.Malformed) -> Int {
        while heldCount < count {
            guard position < bytes.endIndex else { throw Inflater.Malformed(why: "it ends too early") }
            held |= Int(bytes[position]) << heldCount
            position += 1
            heldCount += 8
        }
        defer {
            held >>= count
            heldCount -= count
        }
        return held & ((1 << count) - 1)
    }

    mutating func alignToByte() { (held, heldCount) = (held >> (heldCount & 7), heldCount - (heldCount & 7)) }
}

/// A canonical Huffman code (RFC 1951, section 3.2.2), decoded bit by bit: headers are small.
struct HuffmanCode: Sendable {
    /// How many codes there are of each length.
    private var counts = [Int](repeating: 0, count: 16)
    /// Symbols in the order of their codes.
    private var symbols: [Int] = []

    init(lengths: [Int]) {
        for length in lengths { counts[length] += 1 }
        counts[0] = 0
        for length in 1..<16 {
            for (symbol, own) in lengths.enumerated() where own == length { symbols.append(symbol) }
        }
    }

    static let fixedLiterals = HuffmanCode(
        lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    static let fixedDistances = HuffmanCode(lengths: Array(repeating: 5, count: 30))

    func decode(_ bits: inout BitReader) throws(Inflater.Malformed) -> Int {
        var (code, first, index) = (0, 0, 0)
        for length in 1..<16 {
            code |= try bits.take(1)
            let count = counts[length]
            if code - first < count { return symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw Inflater.Malformed(why: "a code that means nothing")
    }

    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// The two codes at the head of a dynamic block (section 3.2.7).
    static func readPair(_ bits: inout BitReader) throws(Inflater.Malformed) -> (HuffmanCode, HuffmanCode) {
        let literalCount = try bits.take(5) + 257
        let distanceCount = try bits.take(5) + 1
        let codeCount = try bits.take(4) + 4
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<codeCount { lengths[order[index]] = try bits.take(3) }
        let code = HuffmanCode(lengths: lengths)
        var all: [Int] = []
        while all.count < literalCount + distanceCount {
            let symbol = try code.decode(&bits)
            switch symbol {
            case ..<16: all.append(symbol)
            case 16:
                guard let last = all.last else { throw Inflater.Malformed(why: "a repetition of nothing") }
                all += Array(repeating: last, count: try bits.take(2) + 3)
            case 17: all += Array(repeating: 0, count: try bits.take(3) + 3)
            default: all += Array(repeating: 0, count: try bits.take(7) + 11)
            }
        }
        guard all.count == literalCount + distanceCount else { throw Inflater.Malformed(why: "too many code lengths") }
        return (HuffmanCode(lengths: Array(all[..<literalCount])), HuffmanCode(lengths: Array(all[literalCount...])))
    }
}
