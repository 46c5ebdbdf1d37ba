import Testing

@testable import ClawBase

@Suite("The sending half of an exchange")
struct UploadTests {
    private var upload = Upload<Int>(limit: 10)

    @Test("the loop starves without chunks and is resumed by the next one")
    mutating func starves() {
        guard case .starved = upload.read(upTo: 8) else {
            Issue.record("there is nothing to read")
            return
        }
        #expect(upload.isStarved)
        let resumes = [upload.append([1, 2, 3]), upload.append([4])]
        #expect(resumes == [true, false], "one resume is enough")
        guard case .bytes([1, 2], wake: nil) = upload.read(upTo: 2),
            case .bytes([3], wake: nil) = upload.read(upTo: 2), case .bytes([4], wake: nil) = upload.read(upTo: 2)
        else {
            Issue.record("chunks are cut to what is asked for, in order")
            return
        }
    }

    @Test("whoever feeds waits while the buffer is full")
    mutating func waits() {
        _ = upload.append(Array(0..<20))
        let roomAtOnce = upload.awaitRoom(7)
        #expect(!roomAtOnce)
        guard case .bytes(_, wake: nil) = upload.read(upTo: 10), case .bytes(_, wake: 7) = upload.read(upTo: 1) else {
            Issue.record("room is there once fewer bytes than the limit are left")
            return
        }
        let roomLater = upload.awaitRoom(8)
        #expect(roomLater)
    }

    @Test("a body that was finished ends, one that broke off is aborted")
    mutating func ends() {
        var broken = upload
        _ = upload.finish()
        guard case .end = upload.read(upTo: 1) else {
            Issue.record("the end was due")
            return
        }
        _ = broken.append([1])
        let (waiter, resume) = broken.close()
        #expect(waiter == nil && !resume)
        guard case .abort = broken.read(upTo: 1) else {
            Issue.record("a broken body must not look complete")
            return
        }
    }
}
