import ClawBase
import Testing

@testable import ClawCluster

private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { $0 > 96 ? $0 - 87 : $0 - 48 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

@Suite("DEFLATE and SPDY headers")
struct SPDYTests {
    /// Made by zlib at its best level, with the protocol's dictionary, flushed after each block.
    private static let blocks = [
        "78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c6061606000a4398b20d198094ade8c0600000000ffff",
        "c2aa19540e2512d60b000000ffff", "0211d88bee0fc83e1a096c00000000ffff",
    ]

    @Test("header blocks of one stream are read one after the other, each with what came before as its dictionary")
    func headers() throws {
        var reader = SPDYHeaders.Reader()
        #expect(
            try reader.read(bytes(Self.blocks[0])[...]) == ["streamtype": "error", "port": "8000", "requestid": "0"])
        #expect(try reader.read(bytes(Self.blocks[1])[...]) == ["streamtype": "data", "port": "8000", "requestid": "0"])
        let long = String(repeating: "gzip,deflate", count: 20)
        #expect(try reader.read(bytes(Self.blocks[2])[...]) == ["accept-encoding": long])
    }

    @Test("the dictionary is the protocol's: its Adler-32 is the one that streams name")
    func dictionary() {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in SPDYHeaders.dictionary {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        #expect(high << 16 | low == 0xe3c6_a7c2)
    }

    @Test("a block with codes of its own is read")
    func dynamic() throws {
        let packed = bytes(
            "85525b0e80200cbb0a5733910f120946f0feea666837513f80b1756d79a4b5ee394c39b6b0942de6309773bde39a9a1949c0a8591491"
                + "5c5b254a5ffc3cbb6eed83889491ec7a9a622d80fc514882dbd8974086e4a3fae0d4d6221308f0d752e755a4bde587534c50231e"
                + "7e2f4abbbb246314c2037a9cef774aff0b1ce600")
        var inflater = Inflater(dictionary: [])
        let text = String(decoding: try inflater.inflate(packed[...], limit: 1000), as: UTF8.self)
        #expect(text.count == 629)
        #expect(text.hasPrefix("ipsum amet lorem dolor lorem sit sit sit sit ipsum"))
        #expect(text.hasSuffix("sit lorem sit dolor amet amet ipsum"))
        var bounded = Inflater(dictionary: [])
        #expect(throws: Inflater.Malformed.self) { try bounded.inflate(packed[...], limit: 628) }
    }

    @Test("damaged blocks never do more than fail", arguments: 0..<300)
    func damage(_ seed: Int) {
        var random = SystemRandomNumberGenerator()
        var block = bytes(Self.blocks[0])
        for _ in 0..<3 { block[Int.random(in: 6..<block.count, using: &random)] = .random(in: .min ... .max) }
        var reader = SPDYHeaders.Reader()
        _ = try? reader.read(block[...])
    }

    @Test("frames are cut wherever the bytes are")
    func frames() throws {
        let headers = bytes(Self.blocks[0])
        let open: [UInt8] =
            [0x80, 3, 0, 1, 0, 0, 0, UInt8(headers.count + 10), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0] + headers
        let stream =
            open + SPDYFrame.data(stream: 1, [1, 2, 3], isLast: true).encoded + SPDYFrame.ping(id: 7).encoded
            + SPDYFrame.goAway.encoded
        var decoder = SPDYFrameDecoder()
        var frames: [SPDYFrame] = []
        for byte in stream {
            decoder.append([byte])
            while let frame = try decoder.next() { frames.append(frame) }
        }
        #expect(frames == [
            .open(stream: 1, headers: ["streamtype": "error", "port": "8000", "requestid": "0"], isLast: false),
            .data(stream: 1, [1, 2, 3], isLast: true), .ping(id: 7), .goAway,
        ])
    }

    @Test("too large a frame, and another version, are refused")
    func hostile() {
        for head: [UInt8] in [[0, 0, 0, 1, 0, 0xFF, 0xFF, 0xFF], [0x80, 2, 0, 1, 0, 0, 0, 0], [0x80, 3, 0, 3, 0, 0, 0, 0]] {
            var decoder = SPDYFrameDecoder()
            decoder.append(head)
            #expect(throws: Inflater.Malformed.self) { try decoder.next() }
        }
    }
}
