import ClawBase
import Testing

@testable import agent_runtime

@Suite("The kept conversation")
struct ConversationStoreTests {
    private let at = Timestamp(seconds: 1_800_000_000)

    private func pair(_ number: Int) -> (Message, Message) {
        (Message(.user, "question \(number)\n\"ä\"", at: at), Message(.assistant, "answer \(number)", at: at))
    }

    @Test("what was kept is there after opening again")
    func reopened() throws {
        let scratch = Scratch()
        let store = try ConversationStore(directory: scratch.path)
        for number in 1...3 { try store.append(pair(number).0, pair(number).1) }
        let again = try ConversationStore(directory: scratch.path)
        #expect(again.messages == store.messages)
        #expect(again.messages.count == 6)
        #expect(try scratch.text().split(separator: "\n").count == 6)
    }

    @Test("wherever a crash cuts the last write, the pairs before it stay and new ones follow them")
    func tornAnywhere() throws {
        let scratch = Scratch()
        let store = try ConversationStore(directory: scratch.path)
        try store.append(pair(1).0, pair(1).1)
        let first = try scratch.text()
        try store.append(pair(2).0, pair(2).1)
        let whole = Array(try scratch.text().utf8)
        for cut in first.utf8.count..<whole.count {
            try scratch.write(String(decoding: whole[..<cut], as: UTF8.self))
            let torn = try ConversationStore(directory: scratch.path)
            #expect(torn.messages.map(\.content) == [pair(1).0.content, pair(1).1.content], "cut at \(cut)")
            #expect(try scratch.text() == first)
            try torn.append(pair(3).0, pair(3).1)
            #expect(try ConversationStore(directory: scratch.path).messages.count == 4)
        }
    }

    @Test("zero bytes that a crash left at the end are cut off")
    func zeros() throws {
        let scratch = Scratch()
        try ConversationStore(directory: scratch.path).append(pair(1).0, pair(1).1)
        try scratch.write(try scratch.text() + String(repeating: "\0", count: 300))
        #expect(try ConversationStore(directory: scratch.path).messages.count == 2)
    }

    @Test("damage before the end is said, not dropped")
    func damaged() throws {
        let scratch = Scratch()
        let store = try ConversationStore(directory: scratch.path)
        for number in 1...2 { try store.append(pair(number).0, pair(number).1) }
        try scratch.write("rubbish\n" + (try scratch.text()))
        #expect {
            _ = try ConversationStore(directory: scratch.path)
        } throws: { ($0 as? Finding)?.code == .storage }
    }

    @Test("a state directory that cannot be is a finding")
    func nowhere() {
        #expect {
            _ = try ConversationStore(directory: "/dev/null/state")
        } throws: { ($0 as? Finding)?.code == .storage }
    }
}
