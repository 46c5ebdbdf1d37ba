import Testing

@testable import ClawBase

@Suite("WebSocket frames (RFC 6455)")
struct WebSocketFrameTests {
    private static let hello = Array("Hello".utf8)

    /// Section 5.7, without those that only differ in length.
    @Test(
        "the RFC's examples are read as it says",
        arguments: [
            ([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], WebSocketRole.client, WebSocketFrame(.text, hello)),
            (
                [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58], .server,
                WebSocketFrame(.text, hello)
            ),
            ([0x01, 0x03, 0x48, 0x65, 0x6c], .client, WebSocketFrame(.text, Array("Hel".utf8), isFinal: false)),
            ([0x80, 0x02, 0x6c, 0x6f], .client, WebSocketFrame(.continuation, Array("lo".utf8))),
            ([0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], .client, WebSocketFrame(.ping, hello)),
            (
                [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58], .server,
                WebSocketFrame(.pong, hello)
            ),
        ] as [([UInt8], WebSocketRole, WebSocketFrame)])
    func examples(_ bytes: [UInt8], _ role: WebSocketRole, _ frame: WebSocketFrame) throws {
        var decoder = WebSocketFrameDecoder(role: role, limit: 1 << 16)
        decoder.append(bytes)
        #expect(try decoder.next() == frame)
        #expect(try decoder.next() == nil)
        #expect(frame.encoded(mask: role == .server ? 0x37fa_213d : nil) == bytes)
    }

    @Test("what one end writes the other reads, whatever the sizes and wherever the stream is cut", arguments: 0..<20)
    func roundTrip(_ seed: UInt64) throws {
        var random = SeededGenerator(seed)
        for role in [WebSocketRole.client, .server] {
            let frames = (0..<30).map { _ -> WebSocketFrame in
                let size = [0, 1, 125, 126, 127, 0xFFFF, 0x10000, Int.random(in: 0...3000, using: &random)]
                    .randomElement(using: &random) ?? 0
                let payload = (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                let opcode = [WebSocketFrame.Opcode.text, .binary, .continuation, .ping].randomElement(using: &random)
                guard let opcode, opcode != .ping else { return WebSocketFrame(.ping, Array(payload.prefix(125))) }
                return WebSocketFrame(opcode, payload, isFinal: .random(using: &random))
            }
            let stream = frames.flatMap {
                $0.encoded(mask: role == .server ? UInt32.random(in: .min ... .max, using: &random) : nil)
            }
            var decoder = WebSocketFrameDecoder(role: role, limit: 1 << 20)
            var (read, position): ([WebSocketFrame], Int) = ([], 0)
            while position < stream.count {
                let end = min(stream.count, position + Int.random(in: 1...20_000, using: &random))
                decoder.append(Array(stream[position..<end]))
                position = end
                while let frame = try decoder.next() { read.append(frame) }
            }
            #expect(read == frames)
        }
    }

    @Test(
        "what the protocol forbids ends it, with the code the RFC names",
        arguments: [
            ([0x81, 0x05], .server, .protocolError, "not masked"),
            ([0x81, 0x85], .client, .protocolError, "masked"),
            ([0xC1, 0x00], .client, .protocolError, "reserved"),
            ([0x83, 0x00], .client, .protocolError, "opcode"),
            ([0x09, 0x00], .client, .protocolError, "fragmented"),
            ([0x89, 126, 0, 126], .client, .protocolError, "longer than 125"),
            ([0x82, 126, 0, 125], .client, .protocolError, "shortest"),
            ([0x82, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .client, .protocolError, "shortest"),
            ([0x82, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .client, .tooLarge, "larger"),
            ([0x82, 126, 0x04, 0x01], .client, .tooLarge, "larger"),
        ] as [([UInt8], WebSocketRole, WebSocketCloseCode, String)])
    func hostile(_ bytes: [UInt8], _ role: WebSocketRole, _ code: WebSocketCloseCode, _ word: String) {
        var decoder = WebSocketFrameDecoder(role: role, limit: 1024)
        decoder.append(bytes)
        let error = #expect(throws: WebSocketError.self) { try decoder.next() }
        #expect(error?.code == code)
        #expect(error?.message.contains(word) == true)
    }

    @Test("random bytes never do more than fail", arguments: 0..<200)
    func noise(_ seed: UInt64) {
        var random = SeededGenerator(seed)
        var decoder = WebSocketFrameDecoder(role: .server, limit: 4096)
        var assembler = WebSocketAssembler(limit: 8192)
        for _ in 0..<50 {
            decoder.append((0..<100).map { _ in UInt8.random(in: .min ... .max, using: &random) })
            do {
                while let frame = try decoder.next() { _ = try assembler.add(frame) }
            } catch {
                return
            }
        }
    }
}

@Suite("WebSocket messages")
struct WebSocketAssemblerTests {
    @Test("control frames may stand between a message's fragments")
    func interleaved() throws {
        var assembler = WebSocketAssembler(limit: 100)
        #expect(try assembler.add(WebSocketFrame(.text, Array("Hel".utf8), isFinal: false)) == nil)
        #expect(try assembler.add(WebSocketFrame(.ping, [1])) == .ping([1]))
        #expect(try assembler.add(WebSocketFrame(.continuation, Array("lo".utf8))) == .message(.text("Hello")))
    }

    @Test("a character may be cut by fragments, but a whole text must be UTF-8")
    func text() throws {
        var assembler = WebSocketAssembler(limit: 100)
        let bytes = Array("é".utf8)
        #expect(try assembler.add(WebSocketFrame(.text, [bytes[0]], isFinal: false)) == nil)
        #expect(try assembler.add(WebSocketFrame(.continuation, [bytes[1]])) == .message(.text("é")))
        let error = #expect(throws: WebSocketError.self) { try assembler.add(WebSocketFrame(.text, [0xC3])) }
        #expect(error?.code == .invalidPayload)
    }

    @Test("fragments together count against the limit")
    func limit() throws {
        var assembler = WebSocketAssembler(limit: 10)
        #expect(try assembler.add(WebSocketFrame(.binary, Array(repeating: 0, count: 6), isFinal: false)) == nil)
        let error = #expect(throws: WebSocketError.self) {
            try assembler.add(WebSocketFrame(.continuation, Array(repeating: 0, count: 6)))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("a message cannot begin within another, nor go on where there is none")
    func order() throws {
        var assembler = WebSocketAssembler(limit: 10)
        #expect(throws: WebSocketError.self) { try assembler.add(WebSocketFrame(.continuation, [])) }
        #expect(try assembler.add(WebSocketFrame(.binary, [], isFinal: false)) == nil)
        #expect(throws: WebSocketError.self) { try assembler.add(WebSocketFrame(.binary, [])) }
    }

    @Test("a close frame has no code, or one that may be sent", arguments: [1004, 1005, 1006, 1015, 999, 5000, 0])
    func codes(_ code: Int) throws {
        var assembler = WebSocketAssembler(limit: 10)
        #expect(try assembler.add(WebSocketFrame(.close, [])) == .close(.none, reason: ""))
        #expect(try assembler.add(WebSocketFrame(.close, [3, 232, 66])) == .close(.normal, reason: "B"))
        #expect(throws: WebSocketError.self) {
            try assembler.add(WebSocketFrame(.close, [UInt8(code >> 8), UInt8(code & 0xFF)]))
        }
        #expect(throws: WebSocketError.self) { try assembler.add(WebSocketFrame(.close, [3])) }
        #expect(throws: WebSocketError.self) { try assembler.add(WebSocketFrame(.close, [3, 232, 0xFF])) }
    }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
