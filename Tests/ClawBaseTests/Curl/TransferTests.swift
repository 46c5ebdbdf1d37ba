import Testing

@testable import ClawBase

@Suite("The receiving half of an exchange")
struct TransferTests {
    private struct Refused: Error, Equatable {}
    private var transfer = Transfer<Int, Int>(limit: 100)

    private func chunk(_ count: Int) -> [UInt8] { Array(repeating: 7, count: count) }

    @Test("the head wakes the sender, then bytes wait for the reader in order")
    mutating func order() {
        _ = transfer.awaitHead(1)
        let woken = transfer.headArrived()
        #expect(woken == 1)
        for byte in 1...3 { _ = transfer.bytesArrived([UInt8(byte)]) }
        _ = transfer.end(nil)
        for byte in 1...3 {
            guard case .chunk(let chunk, resume: false) = transfer.pull(9) else {
                Issue.record("a chunk was due")
                return
            }
            #expect(chunk == [UInt8(byte)])
        }
        guard case .end = transfer.pull(9) else {
            Issue.record("the end was due")
            return
        }
    }

    @Test("a waiting reader gets the bytes without a detour")
    mutating func direct() {
        _ = transfer.headArrived()
        guard case .wait = transfer.pull(5),
            case .delivered(to: 5, let bytes) = transfer.bytesArrived(chunk(500))
        else {
            Issue.record("the bytes were due at once")
            return
        }
        #expect(bytes.count == 500)
        #expect(transfer.buffered == 0)
    }

    @Test("a full buffer pauses the transfer; half an empty one resumes it")
    mutating func backPressure() {
        _ = transfer.headArrived()
        for _ in 0..<4 { _ = transfer.bytesArrived(chunk(25)) }
        guard case .pause = transfer.bytesArrived(chunk(25)) else {
            Issue.record("no more than the limit may be kept")
            return
        }
        #expect(transfer.isPaused && transfer.buffered == 100)
        var resumes: [Bool] = []
        for _ in 0..<4 { if case .chunk(_, let resume) = transfer.pull(1) { resumes.append(resume) } }
        #expect(resumes == [false, true, false, false])
        #expect(!transfer.isPaused)
    }

    @Test("a failure before the head goes to the sender")
    mutating func failsEarly() {
        _ = transfer.awaitHead(1)
        guard case .head(1, let error)? = transfer.end(Refused()) else {
            Issue.record("the sender was to be woken")
            return
        }
        #expect(error is Refused)
        guard case nil = transfer.end(nil) else {
            Issue.record("an exchange ends once")
            return
        }
    }

    @Test("a failure in the midst of the body comes after what was received")
    mutating func failsLate() {
        _ = transfer.headArrived()
        _ = transfer.bytesArrived([1])
        _ = transfer.end(Refused())
        guard case .chunk([1], _) = transfer.pull(1), case .failure(let error) = transfer.pull(1) else {
            Issue.record("first the byte, then the failure")
            return
        }
        #expect(error is Refused)
    }

    @Test("nothing is taken after the end")
    mutating func afterTheEnd() {
        _ = transfer.headArrived()
        _ = transfer.bytesArrived([1])
        _ = transfer.abandon(Refused())
        #expect(transfer.buffered == 0 && transfer.hasEnded)
        guard case .refused = transfer.bytesArrived([2]) else {
            Issue.record("an abandoned transfer takes nothing")
            return
        }
    }

    @Test("a head nobody waits for yet is not lost with a failed exchange")
    mutating func lateSender() {
        _ = transfer.abandon(Refused())
        let error = transfer.awaitHead(1)
        #expect(error is Refused)
    }
}
